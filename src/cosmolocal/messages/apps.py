from django.apps import AppConfig


class MessagesConfig(AppConfig):
    name = "cosmolocal.messages"
    label = "local_messages"  # django.contrib.messages already has the plain one
