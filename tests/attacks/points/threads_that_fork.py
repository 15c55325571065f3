"""A thread forks, and the children go on as if each were the submission, with right answers.

Would gain: the student, points that the work is not worth.
At most: yes
Forges: yes
"""

def fork():
    for _ in range(4):
        if os.fork() == 0:
            for failed in FAILED: write_everywhere(right(*failed))
            time.sleep(60)
thread = threading.Thread(target=fork)
thread.start()
thread.join()
