"""Right work closes its standard output, and the one behind it.

Would gain: nobody; whoever does it without thinking would lose all marks.
Base: ada
"""
import sys
sys.stdout.close()
sys.stderr.close()
