"""How purchase requests travel through the OA system: nodes, waits, returns, transfers, countersigning."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from random import Random

from sample_data.catalogue import FINANCE, LEGAL, PRODUCTION, PURCHASING, RESEARCH, SUPPLY, VICE_PRESIDENTS, department
from sample_data.documents import Event, Request
from sample_data.workdays import after

START, MANAGER, BUYING, BUDGET, COUNTERSIGN, BOARD = (
    "提交申请",
    "部门经理审批",
    "采购主管审批",
    "财务预算复核",
    "法务会签",
    "分管副总审批",
)
SUBMIT, AGAIN, AGREE, RETURN, REFUSE, WITHDRAW, PASS_ON, ADD, SIGN, COPY, REMIND, OPEN = (
    "提交",
    "重新提交",
    "同意",
    "退回",
    "不同意",
    "撤回",
    "转交",
    "加签",
    "会签同意",
    "抄送",
    "催办",
    "待处理",
)
PASSED, REFUSED, WITHDRAWN, RUNNING, SENT_BACK = "审批通过", "审批不通过", "已撤回", "审批中", "已退回"
# Median wait in working hours, spread (sigma of the logarithm), share returned and share refused.
HABITS = {
    MANAGER: (1.3, 1.0, 0.045, 0.012),
    BUYING: (0.8, 0.9, 0.012, 0.002),
    BUDGET: (1.7, 1.0, 0.040, 0.004),
    COUNTERSIGN: (0.01, 0.5, 0.0, 0.0),
    BOARD: (3.4, 1.0, 0.022, 0.008),
}
REASONS = ("规格型号不清，请补充", "预算科目有误", "请补充三家比价", "数量与需求计划不符", "合同条款待确认")
SLOW_FROM = date(2026, 8, 1)
SLOW_FACTOR = 7.0  # the vice president of research takes this many times as long from SLOW_FROM on
AWAY = (date(2026, 11, 12), datetime(2026, 11, 23, 9, 30))  # and travels at the end: nothing is decided in between
STUCK_SHARE = 0.025  # decisions that lie in a drawer


def route(request: Request) -> list[str]:
    """The nodes a request must pass; amounts in yuan without tax."""
    yuan = request.amount / 100
    steps = [MANAGER, BUYING]
    stock = request.department in (PRODUCTION, SUPPLY)
    if yuan >= 20_000:
        steps.append(BUDGET)
    if yuan >= (1_500_000 if stock else 100_000) or request.category == "软件服务":
        steps.append(COUNTERSIGN)
    if yuan >= (2_000_000 if stock else 30_000 if request.department == RESEARCH else 80_000):
        steps.append(BOARD)
    return steps


class Desk:
    """One request on its way; every instant after `now` has not happened yet."""

    def __init__(self, seed: int, request: Request, now: datetime) -> None:
        self.rng = Random(f"{seed}/approval/{request.number}")
        self.request = request
        self.now = now
        self.moment = request.submitted
        self.rounds = 0

    def wait(self, node: str) -> float:
        """Working seconds somebody at `node` takes."""
        median, sigma, _, _ = HABITS[node]
        hours = median * self.rng.lognormvariate(0, sigma)
        # People got a little quicker over the two years, except where the story says otherwise.
        months = (self.moment.year - 2025) * 12 + self.moment.month
        hours *= 1.12 - 0.009 * months
        if node == BOARD and self.request.department == RESEARCH and self.moment.date() >= SLOW_FROM:
            hours *= SLOW_FACTOR
        if node == COUNTERSIGN and self.rng.random() < 0.15:
            hours += self.rng.uniform(0.5, 6)
        if node != COUNTERSIGN and self.rng.random() < STUCK_SHARE:
            hours = (hours + 2) * self.rng.uniform(5, 15)
        return hours * 3600

    def acted(self, arrived: datetime, seconds: float, node: str = "") -> datetime:
        """When the act happens; some people decide in the evening on their phone."""
        moment = after(arrived, seconds)
        if self.rng.random() < 0.05 and moment.time() > time(12):
            moment = datetime.combine(moment.date(), time(19, 30)) + timedelta(seconds=self.rng.randint(0, 9000))
        if node == BOARD and self.request.department == RESEARCH and moment.date() >= AWAY[0]:
            moment = max(moment, AWAY[1])
        return moment

    def add(
        self, node: str, action: str, actor: str, where: str, arrived: datetime, acted: datetime, comment: str = ""
    ) -> bool:
        """Note an act; one that lies in the future is noted as open. Returns whether it has happened."""
        if acted > self.now:
            if arrived <= self.now and action not in (COPY, REMIND, AGAIN, WITHDRAW):
                self.request.events.append(Event(node, OPEN, actor, where, arrived, None))
            return False
        self.request.events.append(Event(node, action, actor, where, arrived, acted, comment))
        return True

    def people(self, node: str) -> list[tuple[str, str]]:
        """Who decides at a node: name and department."""
        request = self.request
        home = department(request.department)
        if node == MANAGER:
            return [(home.manager, home.name)]
        if node == BUYING:
            return [(PURCHASING[sum(map(ord, request.category)) % 2], SUPPLY)]
        if node == BUDGET:
            return [(FINANCE[int(request.number[-1]) % 2], "财务部")]
        if node == COUNTERSIGN:
            return [(LEGAL[0], "法务部"), (LEGAL[1], "法务部")]
        return [(VICE_PRESIDENTS[home.parent], home.parent)]

    def remind(self, node: str, arrived: datetime, acted: datetime) -> None:
        """Somebody who waits three days asks."""
        asked = after(arrived, 24 * 3600 + self.rng.randint(0, 7200))
        if asked < acted and self.rng.random() < 0.3:
            self.add(node, REMIND, self.request.requester, self.request.department, asked, asked, "请尽快处理")

    def countersign(self) -> bool:
        """Both lawyers get it at once; they agree, mostly within a minute."""
        arrived = self.moment
        done = [(self.acted(arrived, self.wait(COUNTERSIGN)), person) for person in self.people(COUNTERSIGN)]
        happened = [self.add(COUNTERSIGN, SIGN, name, where, arrived, acted) for acted, (name, where) in done]
        self.moment = max(acted for acted, _ in done)
        return all(happened)

    def detour(self, node: str, name: str, where: str, arrived: datetime) -> tuple[str, datetime] | None:
        """转交 to a colleague or 加签 of an expert first: who decides and since when; None = still there."""
        chance = self.rng.random()
        half = self.wait(node) / 2
        if node in (BUYING, BUDGET, BOARD) and chance < 0.03:
            other = self.rng.choice([person for person in (*PURCHASING, *FINANCE) if person != name])
            moment = self.acted(arrived, half, node)
            return (other, moment) if self.add(node, PASS_ON, name, where, arrived, moment, f"转{other}处理") else None
        if node in (BUDGET, BOARD) and chance < 0.055:
            expert = self.rng.choice([person for person in ("田素珍", "范一鸣", "骆俊") if person != name])
            moment = self.acted(arrived, half, node)
            if not self.add(node, ADD, name, where, arrived, moment, f"请{expert}提供意见"):
                return None
            answered = self.acted(moment, self.wait(MANAGER))
            if not self.add(node, AGREE, expert, "", moment, answered, "技术参数无异议"):
                return None
            return name, answered
        return name, arrived

    def decide(self, node: str) -> str:
        """One node with one decider: passed on, returned, refused or still waiting (the action, OPEN when waiting)."""
        (name, where), *_ = self.people(node)
        first = self.moment
        detour = self.detour(node, name, where, first)
        if detour is None:
            return OPEN
        name, arrived = detour
        acted = self.acted(arrived, self.wait(node), node)
        self.remind(node, arrived, acted)
        _, _, returned, refused = HABITS[node]
        chance = self.rng.random()
        action = REFUSE if chance < refused else RETURN if chance < refused + returned and self.rounds < 2 else AGREE
        comment = self.rng.choice(REASONS) if action != AGREE else "同意" if self.rng.random() < 0.3 else ""
        if not self.add(node, action, name, where, arrived, acted, comment):
            return OPEN
        self.moment = acted
        return action

    def resubmit(self) -> bool:
        """The requester corrects a returned request; now and then gives up instead."""
        arrived = self.moment
        acted = self.acted(arrived, self.rng.lognormvariate(1.6, 1.0) * 3600)
        giving_up = self.rng.random() < 0.08
        action = WITHDRAW if giving_up else AGAIN
        if not self.add(START, action, self.request.requester, self.request.department, arrived, acted):
            self.request.status = SENT_BACK
            return False
        self.moment = acted
        if giving_up:
            self.request.status = WITHDRAWN
        return not giving_up

    def run(self) -> None:
        request = self.request
        self.add(START, SUBMIT, request.requester, request.department, request.submitted, request.submitted)
        steps = route(request)
        place = 0
        while place < len(steps):
            if steps[place] == COUNTERSIGN:
                if not self.countersign():
                    return
            else:
                action = self.decide(steps[place])
                if action == OPEN:
                    return
                if action == REFUSE:
                    request.status = REFUSED
                    return
                if action == RETURN:
                    self.rounds += 1
                    if not self.resubmit():
                        return
                    place = 0
                    continue
            place += 1
        request.status = PASSED
        request.final = self.moment
        if self.rng.random() < 0.25:
            copied = self.moment + timedelta(seconds=self.rng.randint(2, 40))
            self.add("抄送", COPY, "潘建军", SUPPLY, copied, copied)


def approve(seed: int, request: Request, now: datetime) -> None:
    """Let `request` run through its nodes up to `now`; fills its events, status and final instant."""
    Desk(seed, request, now).run()
