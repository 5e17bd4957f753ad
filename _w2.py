import sys, time, builtins
import numpy, psutil
stack=[]; own={}
orig=builtins.__import__
import importlib._bootstrap as b
of=b._load_unlocked
def load(spec):
    t=time.process_time(); stack.append(0.0)
    try: return of(spec)
    finally:
        dt=time.process_time()-t; child=stack.pop(); own[spec.name]=(dt-child, dt)
        if stack: stack[-1]+=dt
b._load_unlocked=load
t=time.process_time()
from detector import Detector
Detector()
print(time.process_time()-t)
from pathlib import Path
t=time.process_time(); Detector().clean(open("examples/news.html").read()); print('html',time.process_time()-t)
for n,(s,c) in sorted(own.items(), key=lambda x:-x[1][0])[:60]: print(f"{s*1000:7.1f} {c*1000:7.1f} {n}")
print(len(own), sum(s for s,c in own.values()))
