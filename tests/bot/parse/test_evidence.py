import pytest

from bot.parse.signal import RuleSet, build_rule, built_in, rule_from_words
from bot.parse.signal.aside import beside
from bot.parse.signal.evidence import BIAS, POINTS_FILE, Evidence, Families, read_evidence, read_families
from bot.parse.signal.guard import matching_copy
from bot.parse.signal.rule import RULES_DIRECTORY

FAMILIES = Families({"drop": ["还"], "money": ["预算", "钱"], "no": ["没", "没有"], "plain": ["没想到"]})
MONEY, NO = FAMILIES.symbols["money"], FAMILIES.symbols["no"]
POINTS = {MONEY: ((0, 1.0),), MONEY + NO: ((0, 15.0),), "好": ((0, -9.0),)}
EVIDENCE = Evidence(FAMILIES, ["poor"], POINTS, [-4.0])
RULE = build_rule({"id": "poor", "label": "poor", "patterns": ["!(没钱)"]}, {})


def labels(rules: RuleSet, text: str) -> list[str]:
    return [signal.label for signal in rules.find(text)]


def test_a_family_word_becomes_its_symbol_the_longest_word_first() -> None:
    assert FAMILIES.symbolic("预算还没有批") == MONEY + NO + "批"
    assert FAMILIES.symbolic("没想到有钱") == "没想到有" + MONEY
    assert FAMILIES.spelled(MONEY + NO) == "<money><no>"


def test_two_families_count_together_in_one_clause_and_in_their_order_only() -> None:
    assert MONEY + NO in FAMILIES.features("预算真的没批")
    assert MONEY + NO not in FAMILIES.features("预算批了，没别的")
    assert MONEY + NO not in FAMILIES.features("没说预算")


def test_words_speak_without_a_rule_and_against_one() -> None:
    rules = RuleSet([RULE], EVIDENCE)
    assert labels(rules, "预算这次真没有") == ["poor"], "the words speak, no rule knows them"
    assert labels(rules, "没钱") == [], "the rule knows them, the words do not speak"
    assert labels(RuleSet([RULE]), "没钱") == ["poor"]


def test_a_label_of_no_rule_is_never_spoken_of() -> None:
    assert labels(RuleSet([], EVIDENCE), "预算没了") == []


def test_what_a_director_typed_is_believed_whatever_stands_around_it() -> None:
    own = build_rule(rule_from_words("poor", "没钱", ["没钱"]), {})
    assert labels(RuleSet([own], EVIDENCE), "好好好好，没钱") == ["poor"]


def test_a_long_note_is_weighed_sentence_by_sentence() -> None:
    text = "今天路上堵车。" * 15 + "预算这次真没有。"
    pieces = EVIDENCE.weigh(text)
    assert len(pieces) == 16
    assert (pieces[-1].start, pieces[-1].end) == (105, 113)
    assert pieces[-1].scores["poor"] > 0 > pieces[0].scores["poor"]
    assert [signal.text for signal in RuleSet([RULE], EVIDENCE).find(text)] == ["预算这次真没有。"]


def test_the_table_of_points_names_only_families_that_are_there() -> None:
    known = {*read_families(RULES_DIRECTORY).names.values()}
    lines = (RULES_DIRECTORY / POINTS_FILE).read_text(encoding="utf-8").splitlines()
    named = [line.split("\t")[0] for line in lines[1:]]
    assert named[0] == BIAS
    assert {part + ">" for name in named[1:] for part in name.split(">")[:-1]} <= known
    assert set(read_evidence(RULES_DIRECTORY).labels) == {rule.label for rule in built_in().rules}


@pytest.mark.parametrize(
    ("label", "text", "beside_it"),
    [
        ("delivery", "仓库问我这批货几时发", True),
        ("delivery", "客户问我这批货几时发", False),
        ("repeat_ask", "主管天天催我交日报", True),
        ("repeat_ask", "采购主管天天催我发货", False),
        ("competitor", "我爱人说另一家更好", True),
        ("competitor", "我家客户说另一家更好", True),  # at home or at work: asked rather than noted wrongly
        ("budget_stall", "复盘会讲了三个典型:预算没批、嫌贵", True),
        ("positive", "我今天打款给上游了", True),
        ("positive", "他今天打款给我了", False),
        ("person_change", "采购经理否认了离职的传言", True),
        ("competitor", "对方没有否认在比价", False),
        ("price", "怕他嫌贵", True),
        ("price", "他怕我们嫌贵", False),
        ("delivery", "他对货期不满意", False),
        ("delivery", "他对货期满意", True),
        ("delivery", "货期他们很满意", True),
    ],
)
def test_what_stands_beside_the_customer_is_no_signal(label: str, text: str, *, beside_it: bool) -> None:
    copy = matching_copy(text)
    assert beside(label, copy, (0, len(copy))) is beside_it


def test_what_is_said_to_be_not_so_counts_only_where_no_rule_knows_the_sentence() -> None:
    copy = matching_copy("价格不贵")
    assert beside("price", copy, (0, len(copy)), alone=True)
    assert not beside("price", copy, (0, len(copy)))
