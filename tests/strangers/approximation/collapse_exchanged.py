"""collapse-exchanged
collapse-nothing-refused
"""




def collapse(w1, b1, w2, b2):
    return b1 @ w2 + b2, w1 @ w2
