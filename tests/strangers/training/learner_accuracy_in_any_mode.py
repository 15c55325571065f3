"""learner-accuracy-not-in-evaluation"""

import torch

from solutions.optimizer import Optimizer
from solutions.training import History


class Learner:
    def __init__(self, config, loaders):
        self.config = config
        self.loaders = loaders
        self.model = config.model.to(config.device)
        self.optimizer = Optimizer(self.model.parameters(), config.lr)
    def train_epoch(self):
        self.model.train()
        total, count = 0.0, 0
        for x, y in self.loaders["train"]:
            x, y = x.to(self.config.device), y.to(self.config.device)
            self.optimizer.zero_grad()
            mean = self.config.criterion(self.model(x), y)
            mean.backward()
            self.optimizer.step()
            total += mean.item() * len(x)
            count += len(x)
        return total / count
    def valid_loss(self):
        was_training = self.model.training
        self.model.eval()
        total, count = 0.0, 0
        with torch.no_grad():
            for x, y in self.loaders["valid"]:
                x, y = x.to(self.config.device), y.to(self.config.device)
                total += self.config.criterion(self.model(x), y).item() * len(x)
                count += len(x)
        self.model.train(was_training)
        return total / count
    def valid_accuracy(self):
        right, count = 0, 0
        with torch.no_grad():
            for x, y in self.loaders["valid"]:
                out = self.model(x.to(self.config.device))
                right += int((out.argmax(dim=1) == y.to(self.config.device)).sum())
                count += len(x)
        return right / count
    def fit(self):
        import time
        from copy import deepcopy
        config, history = self.config, History()
        if config.seed is not None:
            torch.manual_seed(config.seed)
        best_loss, best_weights, waited = float("inf"), deepcopy(self.model.state_dict()), 0
        begin = time.perf_counter()
        for _ in range(config.epochs):
            start = time.perf_counter()
            history.losses.append(self.train_epoch())
            history.valid_losses.append(self.valid_loss())
            history.accuracies.append(self.valid_accuracy())
            history.seconds.append(time.perf_counter() - start)
            if history.valid_losses[-1] < best_loss:
                best_loss, best_weights, waited = history.valid_losses[-1], deepcopy(self.model.state_dict()), 0
            else:
                waited += 1
            if config.patience is not None and waited >= config.patience:
                break
            if config.max_seconds is not None and time.perf_counter() - begin >= config.max_seconds:
                break
        self.model.load_state_dict(best_weights)
        return history
    def predict(self, x):
        was_training = self.model.training
        self.model.eval()
        with torch.no_grad():
            classes = self.model(x.to(self.config.device)).argmax(dim=1)
        self.model.train(was_training)
        return classes
