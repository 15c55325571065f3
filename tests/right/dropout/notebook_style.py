"""Typed as in a notebook: a dataclass, an own generator, an Enum of labels, torch.nn.Dropout in the classifier, best first."""

from dataclasses import dataclass
from enum import Enum

import torch
from torch import nn

Kleidung = Enum(
    "Kleidung",
    {n: n for n in "T-shirt/top,Trouser,Pullover,Dress,Coat,Sandal,Shirt,Sneaker,Bag,Ankle boot".split(",")},
)


@dataclass(frozen=True)
class Wahrscheinlichkeit:
    wert: "float"

    def __post_init__(self):
        if not 0 <= self.wert <= 1:
            raise ValueError(f"{self.wert} ist keine Wahrscheinlichkeit")


class Dropout(nn.Module):
    def __init__(self, p=0.2):
        super().__init__()
        self.p = Wahrscheinlichkeit(p)
        self.generator = torch.Generator()
        self.generator.seed()

    def train(self, mode=True):
        self.faktor = 1 / (1 - self.p.wert) if mode and self.p.wert < 1 else 1
        return super().train(mode)

    def forward(self, x):
        if not self.training:
            return x * 1
        self.train()
        zufall = torch.empty(x.shape).uniform_(generator=self.generator)
        maske = (zufall > self.p.wert).to(x) * self.faktor
        return x * maske


def build(dropout):
    def hidden(i, o):
        return nn.Sequential(nn.Linear(i, o), nn.ReLU(), nn.Dropout(dropout))

    return nn.Sequential(nn.Flatten(), hidden(784, 256), hidden(256, 64), nn.Linear(64, 10))


class Classifier(nn.Module):
    labels = [k.value for k in Kleidung]

    def __init__(self, dropout=0.2):
        super().__init__()
        self.stack = build(dropout)
        self.forward = self.stack.forward

    @torch.no_grad()
    def predictions(self, x):
        *vorn, hoch, breit = x.shape
        if len(vorn) > 2 or set(vorn) - {1} or hoch * breit != 784 or hoch != breit:
            raise ValueError("nur ein Bild")
        vorher, self.stack.training = self.stack.training, self.stack.training
        self.stack.eval()
        p = self.stack(x.reshape(1, 28, 28))[0].log_softmax(0).exp()
        self.stack.train(vorher)
        return dict(sorted(zip(self.labels, p.tolist()), key=lambda pair: -pair[1]))


def verlust(modell, kriterium, daten):
    summe = anzahl = 0
    for x, y in daten:
        fehler = kriterium(modell(x), y)
        summe += fehler.double() * y.shape[0]
        anzahl += y.shape[0]
    if not anzahl:
        raise ValueError("keine Beispiele")
    return summe / anzahl


def gap(model, criterion, seen, held):
    vorher = model.training
    model.train(False)
    try:
        with torch.no_grad():
            gesehen = verlust(model, criterion, seen)
            zurückgelegt = verlust(model, criterion, held)
    except BaseException:
        model.train(vorher)
        raise
    model.train(vorher)
    return (zurückgelegt - gesehen).item()
