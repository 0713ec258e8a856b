"""PostgreSQL and Valkey out of Python packages, and the supervisor that runs everything.

No Django in here: these modules start what Django needs.
"""
