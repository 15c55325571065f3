"""The name of the folder leads upwards where it is decoded.

Would gain: the student, a say in what a page, a terminal or a spreadsheet shows and runs.
Student: '%2e%2e'
"""
