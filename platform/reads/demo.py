"""The invented people of the demo programme. Nobody has these names."""

DEMO_PROGRAMME = "Demo Heart Centre"
DEMO_PASSWORD = "one more case"
DEMO_PEOPLE = [
    ("fellow", "fellow@demo.invalid", "Fellow Fictitious"),
    ("educator", "educator@demo.invalid", "Educator Example"),
    ("director", "director@demo.invalid", "Director Demonstration"),
]
STYLES = ("prose", "shorthand")
# Every fourth case is open for reference, so that a first read already has cases to stand beside.
OPEN_EVERY = 4
