"""Half a frame is written, and then nothing for ever.

Would gain: nobody; the class is not graded, or others lose marks or time.
At most: yes
Forges: yes
"""
when_flattening(lambda: (write_everywhere(right("Flatten", "rows")[:40]), time.sleep(99)))
