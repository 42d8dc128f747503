import json

from agent.evaluation import variants

RECORD = {
    "id": "x-1",
    "language": "pt-BR",
    "turns": [
        ["Olá", "sou José, jose@x.example"],
        [{"type": "event", "event": "human_reply", "text": "Olá"}, {"type": "audio", "transcript": "até já"}],
    ],
}


def test_words_change_and_events_do_not():
    assert variants.without_accents(RECORD)["turns"] == [
        ["Ola", "sou Jose, jose@x.example"],
        [{"type": "event", "event": "human_reply", "text": "Olá"}, {"type": "audio", "transcript": "ate ja"}],
    ]


def test_addresses_keep_their_case_when_all_else_is_shouted():
    assert variants.in_upper_case(RECORD)["turns"][0] == ["OLÁ", "SOU JOSÉ, jose@x.example"]


def test_bursts_are_merged_and_split():
    assert variants.merged(RECORD)["turns"][0] == ["Olá\nsou José, jose@x.example"]
    assert variants.split(RECORD)["turns"][:2] == [["Olá"], ["sou José, jose@x.example"]]


def test_a_webhook_delivered_twice_keeps_its_id():
    first, second = variants.delivered_twice(RECORD)["turns"][0][:2]

    assert first["sid"] == second["sid"]
    assert first["text"] == second["text"] == "Olá"


def test_ids_of_different_messages_differ():
    copies = [copy for burst in variants.delivered_twice(RECORD)["turns"] for copy in burst if "sid" in copy]

    assert len({copy["sid"] for copy in copies}) == len(copies) / 2 == 3


def test_changes_leave_the_original_alone():
    before = json.dumps(RECORD)

    for change in variants.VARIANTS.values():
        change(RECORD)

    assert json.dumps(RECORD) == before


def test_a_person_takes_over_at_a_place_that_only_depends_on_the_dialogue():
    assert variants.taken_over(RECORD) == variants.taken_over(RECORD)
    assert [variants.TAKES_OVER] in variants.taken_over(RECORD)["turns"][1:]


def test_a_file_is_written_changed(tmp_path, capsys):
    source = tmp_path / "dialogues.jsonl"
    source.write_text(json.dumps(RECORD) + "\n", encoding="utf-8")

    variants.main(str(source), "with_orders")

    assert json.loads(capsys.readouterr().out)["turns"][0][-1] == variants.ORDERS["pt-BR"]
