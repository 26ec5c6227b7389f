"""How purchase requests travel through the OA system: nodes, waits, returns, transfers, countersigning."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from random import Random

from sample_data import stories
from sample_data.catalogue import (
    COMPLIANCE_OFFICER,
    EXPERTS,
    FINANCE,
    LEGAL,
    OFFICE,
    PURCHASING,
    SUPPLY,
    VICE_PRESIDENTS,
    department,
)
from sample_data.documents import Event, Request
from sample_data.workdays import after

START, MANAGER, BUYING, STAMP, BUDGET, COUNTERSIGN, BOARD = (
    "提交申请",
    "部门经理审批",
    "采购主管审批",
    stories.STAMP_NODE,
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
# Median wait in working hours, spread (sigma of the logarithm), share returned and share refused, hours allowed.
HABITS = {
    MANAGER: (0.55, 0.75, 0.022, 0.005, 8),
    BUYING: (0.45, 0.75, 0.024, 0.002, 8),
    STAMP: (0.003, 0.5, 0.0, 0.0, 8),
    BUDGET: (0.8, 0.75, 0.022, 0.003, 12),
    COUNTERSIGN: (0.9, 0.6, 0.0, 0.0, 12),
    BOARD: (1.6, 0.75, 0.015, 0.004, 16),
}
REASONS = ("规格型号不清，请补充", "预算科目有误", "请补充三家比价", "数量与需求计划不符", "合同条款待确认")
REMARKS = ("请跟进到货日期", "已核对预算余额", "下次请提前一周申请", "价格已与上次比对", "条款已核对，无异议")
VAGUE = REASONS[0]  # what the department with rework hears again and again
STUCK_SHARE = 0.015  # decisions that lie in a drawer


def route(request: Request) -> list[str]:
    """The nodes a request must pass; amounts in yuan without tax."""
    yuan = request.amount / 100
    steps = [MANAGER, BUYING]
    if not request.stocked:
        steps.append(STAMP)
    if yuan >= (150_000 if request.stocked else 20_000):
        steps.append(BUDGET)
    if request.category == "软件服务":
        steps.append(COUNTERSIGN)
    if yuan >= (900_000 if request.stocked else 120_000):
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
        median, sigma, _, _, _ = HABITS[node]
        hours = median * self.rng.lognormvariate(0, sigma)
        if node == STAMP:
            return min(hours * 3600, 40)
        request = self.request
        if request.department == stories.PILOT_DEPARTMENT and request.submitted.date() >= stories.PILOT_FROM:
            hours *= stories.PILOT_FACTOR
        if (
            node == MANAGER
            and request.department == stories.SLOW_DEPARTMENT
            and self.moment.date() >= stories.SLOW_FROM
        ):
            hours *= stories.SLOW_FACTOR
        elif self.rng.random() < STUCK_SHARE:
            hours = (hours + 2) * self.rng.uniform(4, 10)
        return hours * 3600

    def acted(self, arrived: datetime, seconds: float) -> datetime:
        """When the act happens; some people decide in the evening on their phone."""
        moment = after(arrived, seconds)
        if seconds > 60 and self.rng.random() < 0.03 and moment.time() > time(12):
            moment = datetime.combine(moment.date(), time(19, 30)) + timedelta(seconds=self.rng.randint(0, 9000))
        return moment

    def add(
        self, node: str, action: str, actor: str, where: str, arrived: datetime, acted: datetime, comment: str = ""
    ) -> bool:
        """Note an act; one that lies in the future is noted as open. Returns whether it has happened."""
        due = after(arrived, HABITS[node][4] * 3600) if node in HABITS and action != REMIND else None
        if acted > self.now:
            if arrived <= self.now and action not in (COPY, REMIND, AGAIN, WITHDRAW):
                self.request.events.append(Event(node, OPEN, actor, where, arrived, None, "", due))
            return False
        self.request.events.append(Event(node, action, actor, where, arrived, acted, comment, due))
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
            return [(FINANCE[int(request.number[-1]) % 2], OFFICE)]
        if node == STAMP:
            return [(COMPLIANCE_OFFICER, OFFICE)]
        if node == COUNTERSIGN:
            return [(LEGAL[0], OFFICE), (LEGAL[1], OFFICE)]
        return [(VICE_PRESIDENTS[home.parent], OFFICE)]

    def remind(self, node: str, arrived: datetime, acted: datetime) -> None:
        """Somebody who waits three days asks."""
        asked = after(arrived, 24 * 3600 + self.rng.randint(0, 7200))
        if asked < acted and self.rng.random() < 0.3:
            self.add(node, REMIND, self.request.requester, self.request.department, asked, asked, "请尽快处理")

    @property
    def sloppy(self) -> bool:
        """Whether the request comes from the department whose requests are seldom complete."""
        request = self.request
        late = request.submitted.date() >= stories.REWORK_FROM
        return request.department == stories.REWORK_DEPARTMENT and late

    def remark(self, node: str) -> str:
        """What somebody writes who agrees: mostly nothing, at times more than yes."""
        chance = self.rng.random()
        if node != STAMP and chance < 0.07:
            return self.rng.choice(REMARKS)
        return "同意" if chance < 0.3 else ""

    def countersign(self) -> bool:
        """Both lawyers get it at once; they agree."""
        arrived = self.moment
        done = [(self.acted(arrived, self.wait(COUNTERSIGN)), person) for person in self.people(COUNTERSIGN)]
        happened = [
            self.add(COUNTERSIGN, SIGN, name, where, arrived, acted, self.remark(COUNTERSIGN))
            for acted, (name, where) in done
        ]
        self.moment = max(acted for acted, _ in done)
        return all(happened)

    def detour(self, node: str, name: str, where: str, arrived: datetime) -> tuple[str, datetime] | None:
        """转交 to a colleague or 加签 of an expert first: who decides and since when; None = still there."""
        chance = self.rng.random()
        half = self.wait(node) / 2
        if node in (BUYING, BUDGET, BOARD) and chance < 0.015:
            other = self.rng.choice([person for person in (*PURCHASING, *FINANCE) if person != name])
            moment = self.acted(arrived, half)
            return (other, moment) if self.add(node, PASS_ON, name, where, arrived, moment, f"转{other}处理") else None
        if node in (BUDGET, BOARD) and chance < 0.03:
            expert = self.rng.choice([person for person in EXPERTS if person != name])
            moment = self.acted(arrived, half)
            if not self.add(node, ADD, name, where, arrived, moment, f"请{expert}提供意见"):
                return None
            answered = self.acted(moment, self.wait(MANAGER))
            if not self.add(node, AGREE, expert, EXPERTS[expert], moment, answered, "技术参数无异议"):
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
        acted = self.acted(arrived, self.wait(node))
        self.remind(node, arrived, acted)
        _, _, returned, refused, _ = HABITS[node]
        vague = node == BUYING and self.sloppy
        chance = self.rng.random()
        returned = stories.REWORK_SHARE if vague else returned
        if self.request.stocked:  # what production and customers wait for is corrected, not refused
            returned, refused = returned + refused, 0.0
        action = REFUSE if chance < refused else RETURN if chance < refused + returned and self.rounds < 2 else AGREE
        comment = self.rng.choice(REASONS) if action != AGREE else self.remark(node)
        if vague and action == RETURN and self.rng.random() < 0.8:
            comment = VAGUE
        if not self.add(node, action, name, where, arrived, acted, comment):
            return OPEN
        self.moment = acted
        return action

    def resubmit(self) -> bool:
        """The requester corrects a returned request; now and then gives up instead."""
        arrived = self.moment
        acted = self.acted(arrived, self.rng.lognormvariate(0.9, 0.9) * 3600)
        giving_up = not self.request.stocked and self.rng.random() < 0.06
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
            self.add("抄送", COPY, PURCHASING[0], SUPPLY, copied, copied)


def approve(seed: int, request: Request, now: datetime) -> None:
    """Let `request` run through its nodes up to `now`; fills its events, status and final instant."""
    Desk(seed, request, now).run()
