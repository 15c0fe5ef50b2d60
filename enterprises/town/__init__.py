"""A synthetic town: enterprises, persons and what departments know of them, written as the departments' files.

Nobody in it exists. Names, codes and identity numbers are drawn from a seed; code and number carry valid check digits.
"""
