"""Random algebra has one meaning: in plain Python and in each spreadsheet engine."""
from __future__ import annotations
import sys, time
from collections import Counter
from pathlib import Path
from random import Random
from datetime import date
from trees import *
from workbook.engines import engine, Cell, CellError, agree, NAMES
from workbook.values import fill
from workbook.book import *
from workbook.expr import *
from workbook.layout.places import column_letters
from workbook.layout import Excel

AX = Axis("items","Item",entities("alpha","beta","gamma","delta"))
def fixed(key, *v, unit="1"): return AX.fixed(key,key,v,"constant" if unit=="1" else "label",unit=unit)
qty=fixed("quantity",5.0,2.0,5.0,8.0); price=fixed("price",0.5,4.0,-1.5,3.0)
zone=fixed("zone","North","south","NORTH","east",unit="text")
ty=Column("typed","typed","1",AX,Entries((typed("t1",2.0),typed("t2",None),typed("t3",7.0),typed("t4",None))))
score=fixed("score",3.0,-1.0,3.0,0.0)
worth=AX.formula("worth","worth","1",qty*price)
PL = Axis("plans","Plan",entities("first","second","third"))
hours=PL.fixed("hours","Hours",(40.0,10.0,25.0),"constant",unit="1")
team=PL.fixed("team","Team",("red","Blue","RED"),unit="text")
figs=(figure("three",3),figure("quarter",.25),figure("many",1200),figure("minus_seven",-7),figure("nothing",0),figure("part",.4))
wh=(figure("one_place",1),figure("two_place",2),figure("three_place",3))
far=figure("far_place",9)
opt=(optional("blank",None),optional("filled",6.5))
ws=(words("north","north"),words("south","South"),words("away","Nowhere"),words("crew","BLUE"))
ds=(day("start",date(2026,3,1)),day("stop",date(2027,2,28)))
data=tab("Data",Lines("Figures",figs+wh+(far,)+opt+ws+ds),table("Items",AX.names,qty,price,zone,ty,worth) if False else table("Items",qty,price,zone,ty,worth))
plans=tab("Plans",table("Plans",PL.names,hours,team,across=True),across=True)
base=dict(places=wh,beyond=far,optional=opt+(At(ty,"alpha"),At(ty,"beta")),words=ws,days=ds,runs=(figs,wh),columns=(qty,price,ty,worth,hours),texts=(AX.names,zone,team,PL.names))
ground=Ground(figures=figs+opt+(At(qty,"beta"),At(worth,"gamma"),At(hours,"third")),**base)
rowg=Ground(figures=figs+(At(hours,"third"),),own=(qty,price,ty,worth,score),counting=(score,),**base)
plang=Ground(figures=figs+(At(qty,"beta"),),own=(hours,),**base)

def grown(seed,n):
    r=Random(seed); g=Grower(ground,r); out=[]
    for i in range(n):
        kind,unit=[(g.number,"1"),(g.number,"1"),(g.text,"text"),(g.flag,"flag")][i%4]
        out.append(Line(f"tree_{i}",str(i),unit,algebra=kind(r.randint(1,4)),how="x"))
    return out
def cols(seed,n,ax,gr):
    r=Random(seed); g=Grower(gr,r); out=[]
    for i in range(n):
        kind,unit=[(g.number,"1"),(g.number,"1"),(g.text,"text"),(g.flag,"flag")][i%4]
        out.append(ax.formula(f"tree_{i}",str(i),unit,kind(r.randint(1,3)),how="x"))
    return out
def meaning(f):
    try: return f()
    except ErrorValue as e: return CellError(str(e))
    except TooClose: return None
if __name__=="__main__":
    n=int(sys.argv[1]); seed=int(sys.argv[2]); names=sys.argv[3].split(",")
    lines=grown(seed,n)
    cc=cols(seed+1,n//8,AX,rowg); pp=cols(seed+2,n//8,PL,plang)
    tabs=[data,plans,tab("Trees",Lines("T",tuple(lines)))]
    tabs+=[tab("Rows0",table("R",score,*cc))]
    tabs+=[tab("Wide",table("W",PL.names if False else pp[0],*pp[1:],across=True),across=True)]
    t=time.time(); L=laid(*tabs); raw=xlsx.write(L,theme.load(),STAMP); print("write",time.time()-t,len(raw))
    m=Careful(tabs)
    exp={}
    for l in lines:
        p=L.names[l.key]; exp[Cell(p.sheet,p.ref)]=meaning(lambda:m.line(l))
    text={Cell(s.name,f"{column_letters(c.col)}{c.row+1}"):c.content.text for s in L.sheets for c in s.cells if isinstance(c.content,Excel)} if True else {}
    inv={}
    for s in L.sheets:
        if s.name.startswith("Rows"):
            k=int(s.name[4:])
            cells=sorted([c for c in s.cells if isinstance(c.content,Excel) and c.row>6 and c.col>=3],key=lambda c:(c.col,c.row))
            cl=cc
            assert len(cells)==4*len(cl),(len(cells),len(cl))
            for j,c in enumerate(cells):
                exp[Cell(s.name,f"{column_letters(c.col)}{c.row+1}")]=meaning(lambda:m.cell(cl[j//4],j%4))
        if s.name=="Wide":
            cells=sorted([c for c in s.cells if isinstance(c.content,Excel) and c.row>6 and 4<=c.col<7],key=lambda c:(c.row,c.col))
            assert len(cells)==3*len(pp),(len(cells),len(pp))
            for j,c in enumerate(cells):
                exp[Cell(s.name,f"{column_letters(c.col)}{c.row+1}")]=meaning(lambda:m.cell(pp[j//3],j%3))
    print(Counter(str(type(v).__name__)+(str(v) if isinstance(v,CellError) else "") for v in exp.values()))
    path=Path("/tmp/fuzz.xlsx"); path.write_bytes(raw)
    for name in names:
        t=time.time()
        with engine(name).open(path) as s: got=s.read(exp)
        bad=[(c,text[c],exp[c],got[c]) for c in exp if exp[c] is not None and not agree(exp[c],got[c])]
        print(name,time.time()-t,len(bad))
        for b in sorted(bad,key=lambda b:len(b[1]))[:int(sys.argv[4])]: print("   ",*b)
