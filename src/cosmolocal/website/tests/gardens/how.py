"""Its two questions."""

from django import forms

from cosmolocal.kernel.practices import Questions

answers = {"plots": 10, "water": "rain"}


class HowForm(forms.Form):
    plots = forms.IntegerField(label="How many plots?", min_value=1, max_value=900)
    water = forms.ChoiceField(label="Where does the water come from?", choices=[("rain", "rain"), ("well", "a well")])


questions = Questions(HowForm, lambda: dict(answers), lambda by, answered: answers.update(answered))
