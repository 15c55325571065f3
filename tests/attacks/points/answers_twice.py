"""After a check has answered, a child that outlives it gives a right answer to the same question.

Would gain: the student, points that the work is not worth.
At most: yes
Forges: yes
"""

def act():
    if os.fork() == 0:
        time.sleep(0.1)
        write_everywhere(right("Flatten", "rows"))
        os._exit(0)
when_flattening(act)
