"""Processes end their main threads and let others take the memory: of a process without its main thread, /proc tells none.

Would gain: nobody; the class is not graded, or others lose marks or time.
At most: yes
Known behind another user: nobody may count there what a submission's processes share, so each has the limit for itself, up to the container's own.
"""
import ctypes, os, platform, signal, threading, time
signal.signal(signal.SIGALRM, signal.SIG_IGN)
share, there, tell = MEMORY_BYTES // 3 + (8 << 20), *os.pipe()
def take():
    taken = bytearray(share)
    taken[::4096] = b"x" * len(taken[::4096])
    os.write(tell, b"1")
    time.sleep(60)
for _ in range(3):
    if os.fork() == 0:
        threading.Thread(target=take).start()
        ctypes.CDLL(None).syscall({"x86_64": 60, "aarch64": 93}[platform.machine()], 0)
for _ in range(3): os.read(there, 1)
time.sleep(2.5)  # between two looks there may be more than a second
print("WON: more than the limit, together")
