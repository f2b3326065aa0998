"""Taking back that a contract was signed: its checklist is void; papers already sent wait for it (R01, M10)."""

from __future__ import annotations

from bot.context import Context
from bot.undo.reversal import Deed, Reversal, reversal
from models.contract import Contract, ContractState, PaperState, papers_of
from models.event import Event
from models.rules.gates import INVOICE_PAPER


def _signed(ctx: Context, event: Event) -> Deed | None:
    contract = ctx.session.get(Contract, event.subject_id)
    if contract is None or contract.state != ContractState.SIGNED:
        return None
    papers = papers_of(ctx.session, contract.id, INVOICE_PAPER)
    looked = any(paper.judged_by and paper.state == PaperState.VALID for paper in papers)
    blocked = ("财务已认可开票资料",) if looked else ()
    label = f"{contract.id} {contract.party} 的签署"
    return Deed(event, label, subjects=(contract.subject,), blocked=blocked)


def _undo(ctx: Context, deed: Deed) -> None:
    contract = ctx.session.get_one(Contract, deed.event.subject_id)
    contract.state = ContractState.UNDONE
    for paper in papers_of(ctx.session, contract.id, INVOICE_PAPER):
        paper.state = PaperState.WAITING if paper.state == PaperState.ASKED else paper.state


reversal(Reversal("contract.signed", "签署", _signed, _undo))
