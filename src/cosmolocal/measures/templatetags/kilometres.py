"""How pages say a distance."""

from django import template

from cosmolocal.measures import kilometres

register = template.Library()
register.filter("kilometres_from", kilometres.between)
register.simple_tag(kilometres.source_text, name="kilometres_source")
