"""The words that leads are found by move to a table of their own, and the city and the interest join them.

A lead changes all the time, and with each change all of its indexes are written anew; its words hardly ever
change. A trigger keeps them, so that no way of writing a lead can forget to.
"""

import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
from django.db import migrations, models

# Folded as `leads.search` folds what people type. The phone stands whole and from the area code, the
# number, without the ninth digit, and its last four. Lower() leaves accents alone in the C locale
WORDS = """
CREATE FUNCTION lead_words(name text, phone text, email text, city text, product text) RETURNS tsvector
LANGUAGE sql IMMUTABLE AS $$
  SELECT to_tsvector('simple'::regconfig, translate(
    lower(name || ' ' || email || ' ' || city || ' ' || product || ' ' || right(coalesce(phone, ''), 15) || ' '
      || right(coalesce(phone, ''), 11) || ' ' || right(coalesce(phone, ''), 9) || ' '
      || right(coalesce(phone, ''), 8) || ' ' || right(coalesce(phone, ''), 4)),
    'áàâãäåéèêëíìîïóòôõöúùûüçñÁÀÂÃÄÅÉÈÊËÍÌÎÏÓÒÔÕÖÚÙÛÜÇÑ@._-+''/',
    'aaaaaaeeeeiiiiooooouuuucnaaaaaaeeeeiiiiooooouuuucn       '))
$$"""
KEEP = """
CREATE FUNCTION keep_lead_words() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO leads_leadsearch (lead_id, words)
  VALUES (NEW.id, lead_words(NEW.name, NEW.phone, NEW.email, NEW.city, NEW.product))
  ON CONFLICT (lead_id) DO UPDATE SET words = EXCLUDED.words;
  RETURN NULL;
END $$"""
KEPT = """
CREATE TRIGGER lead_words_kept AFTER INSERT OR UPDATE OF name, phone, email, city, product ON leads_lead
FOR EACH ROW EXECUTE FUNCTION keep_lead_words()"""
FORGET = """
CREATE FUNCTION forget_lead_words() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM leads_leadsearch WHERE lead_id = OLD.id;
  RETURN NULL;
END $$"""
FORGOTTEN = """
CREATE TRIGGER lead_words_forgotten AFTER DELETE ON leads_lead
FOR EACH ROW EXECUTE FUNCTION forget_lead_words()"""
FILL = """
INSERT INTO leads_leadsearch (lead_id, words)
SELECT id, lead_words(name, phone, email, city, product) FROM leads_lead"""
UNDO = [
    "DROP TRIGGER lead_words_forgotten ON leads_lead",
    "DROP TRIGGER lead_words_kept ON leads_lead",
    "DROP FUNCTION forget_lead_words",
    "DROP FUNCTION keep_lead_words",
    "DROP FUNCTION lead_words",
]


class Migration(migrations.Migration):
    dependencies = [("leads", "0017_write_fewer_indexes")]

    operations = [
        migrations.CreateModel(
            name="LeadSearch",
            fields=[
                (
                    "lead",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="search",
                        serialize=False,
                        to="leads.lead",
                    ),
                ),
                ("words", django.contrib.postgres.search.SearchVectorField()),
            ],
        ),
        migrations.RunSQL([WORDS, KEEP, KEPT, FORGET, FORGOTTEN, FILL], UNDO),
        migrations.RemoveIndex(model_name="lead", name="lead_words"),
        migrations.AddIndex(
            model_name="leadsearch",
            index=django.contrib.postgres.indexes.GinIndex(fields=["words"], name="lead_words"),
        ),
    ]
