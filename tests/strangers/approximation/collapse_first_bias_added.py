"""collapse-first-bias-not-carried
collapse-nothing-refused
"""




def collapse(w1, b1, w2, b2):
    return w1 @ w2, b1 + b2
