"""One file with everything that people have: both databases, as they were at one moment, and how to put it back.

It knows tables by what Postgres says of them and versions by the migrations that were applied, and nothing of what is
in them. Redis is not in it: what is there comes back by itself, but for sessions, which end.
"""
