"""Shared memory is written, dropped from the page tables and unmapped but for a page: it stays, and no process shows it.

Would gain: nobody; the class is not graded, or others lose marks or time.
At most: yes
"""
import mmap, os, signal, time
signal.signal(signal.SIGALRM, signal.SIG_IGN)
share, held = MEMORY_BYTES // 8, []
def shared():
    try:
        return mmap.mmap(-1, share)
    except OSError:
        zero = os.open("/dev/zero", os.O_RDWR)
        try:
            return mmap.mmap(zero, share)
        finally:
            os.close(zero)
try:
    while len(held) * share <= MEMORY_BYTES:
        block = shared()
        block.madvise(23)  # MADV_POPULATE_WRITE, as if each page were written
        block.madvise(mmap.MADV_DONTNEED)
        block.resize(4096)
        held.append(block)
    time.sleep(0.5)
except OSError:
    pass
if len(held) * share > MEMORY_BYTES:
    print("WON:", len(held) * share >> 20, "MiB that stand in no page table")
