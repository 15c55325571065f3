"""Right answers are followed by the frame that ends the reading.

Would gain: the student, points that the work is not worth.
At most: yes
Forges: yes
"""
for failed in FAILED: write_everywhere(right(*failed))
write_everywhere(frame({"end": True}))
