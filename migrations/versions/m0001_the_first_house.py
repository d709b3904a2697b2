"""The first house: the log, the words, the nouns, and the triggers that keep history as it was."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

# Never removed; what stands in them may move on.
KEPT = (
    "attended",
    "chains",
    "citations",
    "concepts",
    "conversations",
    "customers",
    "decisions",
    "people",
    "portfolios",
    "themes",
    "tokens",
)
# Never changed either.
HISTORY = ("answers", "contents", "disconfirmation_notes", "events", "process_versions", "reviews")


def upgrade() -> None:
    op.create_table(
        "chains",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chains")),
        sa.UniqueConstraint("key", name=op.f("uq_chains_key")),
    )
    op.create_table(
        "contents",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("salt", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contents")),
    )
    op.create_table(
        "idempotency_keys",
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("route", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("salt", sa.Text(), nullable=False),
        sa.Column("body_hash", sa.Text(), nullable=False),
        sa.Column("ref", sa.Text(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("person", "route", "key", name=op.f("pk_idempotency_keys")),
    )
    op.create_index(op.f("ix_idempotency_keys_created_at"), "idempotency_keys", ["created_at"], unique=False)
    op.create_table(
        "people",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("function", sa.Text(), nullable=False),
        sa.Column("leader", sa.Boolean(), nullable=False),
        sa.Column("content", sa.Text(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_people")),
    )
    op.create_table(
        "portfolios",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("processes", sa.Text(), nullable=True),
        sa.Column("content", sa.Text(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_portfolios")),
    )
    op.create_table(
        "process_versions",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("published_at", sa.BigInteger(), nullable=False),
        sa.Column("published_by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key", "version", name=op.f("pk_process_versions")),
        sa.UniqueConstraint("key", "digest", name=op.f("uq_process_versions_key_digest")),
    )
    op.create_table(
        "concepts",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("portfolio", sa.Text(), nullable=False),
        sa.Column("process_key", sa.Text(), nullable=False),
        sa.Column("process_version", sa.Integer(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("team_ever", sa.Text(), nullable=False),
        sa.Column("segments_ever", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("next_gate", sa.Text(), nullable=True),
        sa.Column("passed_gates", sa.Text(), nullable=False),
        sa.Column("launched_at", sa.BigInteger(), nullable=True),
        sa.Column("last_go_at", sa.BigInteger(), nullable=True),
        sa.Column("content", sa.Text(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["portfolio"], ["portfolios.key"], name=op.f("fk_concepts_portfolio")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_concepts")),
        sa.UniqueConstraint("key", name=op.f("uq_concepts_key")),
    )
    op.create_index("ix_concepts_portfolio_key", "concepts", ["portfolio", "key"], unique=False)
    op.create_table(
        "customers",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("portfolio", sa.Text(), nullable=False),
        sa.Column("segment", sa.Text(), nullable=False),
        sa.Column("relationship", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["portfolio"], ["portfolios.key"], name=op.f("fk_customers_portfolio")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_customers")),
    )
    op.create_index("ix_customers_portfolio_key", "customers", ["portfolio", "key"], unique=False)
    op.create_table(
        "events",
        sa.Column("chain", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("stream", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=True),
        sa.Column("data", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["chain"], ["chains.id"], name=op.f("fk_events_chain")),
        sa.PrimaryKeyConstraint("chain", "seq", name=op.f("pk_events")),
    )
    op.create_index("ix_events_stream_seq", "events", ["stream", "seq"], unique=False)
    op.create_table(
        "themes",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("portfolio", sa.Text(), nullable=False),
        sa.Column("folded", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["portfolio"], ["portfolios.key"], name=op.f("fk_themes_portfolio")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_themes")),
        sa.UniqueConstraint("portfolio", "folded", name=op.f("uq_themes_portfolio_folded")),
    )
    op.create_table(
        "tokens",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("revoked_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["person"], ["people.key"], name=op.f("fk_tokens_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tokens")),
        sa.UniqueConstraint("hash", name=op.f("uq_tokens_hash")),
    )
    op.create_table(
        "conversations",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("portfolio", sa.Text(), nullable=False),
        sa.Column("customer", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("held_at", sa.BigInteger(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("revised_at", sa.BigInteger(), nullable=False),
        sa.Column("revised_by", sa.Text(), nullable=False),
        sa.Column("withdrawn_at", sa.BigInteger(), nullable=True),
        sa.Column("content", sa.Text(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["customer"], ["customers.key"], name=op.f("fk_conversations_customer")),
        sa.ForeignKeyConstraint(["portfolio"], ["portfolios.key"], name=op.f("fk_conversations_portfolio")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conversations")),
    )
    op.create_index("ix_conversations_customer_id", "conversations", ["customer", "id"], unique=False)
    op.create_index("ix_conversations_portfolio_id", "conversations", ["portfolio", "id"], unique=False)
    op.create_table(
        "decisions",
        sa.Column("concept", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("stated_at", sa.BigInteger(), nullable=False),
        sa.Column("stated_by", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["concept"], ["concepts.id"], name=op.f("fk_decisions_concept")),
        sa.PrimaryKeyConstraint("concept", "key", name=op.f("pk_decisions")),
    )
    op.create_table(
        "disconfirmation_notes",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("concept", sa.Text(), nullable=False),
        sa.Column("gate", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("signed_at", sa.BigInteger(), nullable=False),
        sa.Column("signed_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["concept"], ["concepts.id"], name=op.f("fk_disconfirmation_notes_concept")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_disconfirmation_notes")),
    )
    op.create_index(
        "ix_disconfirmation_notes_concept_id", "disconfirmation_notes", ["concept", "id"], unique=False
    )
    op.create_table(
        "externals",
        sa.Column("portfolio", sa.Text(), nullable=False),
        sa.Column("system", sa.Text(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("concept", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["concept"], ["concepts.id"], name=op.f("fk_externals_concept")),
        sa.PrimaryKeyConstraint("portfolio", "system", "external_id", name=op.f("pk_externals")),
    )
    op.create_index(op.f("ix_externals_concept"), "externals", ["concept"], unique=False)
    op.create_index("ix_externals_system_external_id", "externals", ["system", "external_id"], unique=False)
    op.create_table(
        "reviews",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("concept", sa.Text(), nullable=False),
        sa.Column("gate", sa.Text(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("accepted", sa.Boolean(), nullable=False),
        sa.Column("to_gate", sa.Text(), nullable=True),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("enforced", sa.Boolean(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("decided_at", sa.BigInteger(), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("readiness", sa.Text(), nullable=False),
        sa.Column("statements", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["concept"], ["concepts.id"], name=op.f("fk_reviews_concept")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reviews")),
    )
    op.create_index("ix_reviews_concept_id", "reviews", ["concept", "id"], unique=False)
    op.create_table(
        "attended",
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("portfolio", sa.Text(), nullable=False),
        sa.Column("segment", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
        sa.Column("conversation", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation"], ["conversations.id"], name=op.f("fk_attended_conversation")
        ),
        sa.PrimaryKeyConstraint(
            "person", "portfolio", "segment", "recorded_at", "conversation", name=op.f("pk_attended")
        ),
    )
    op.create_index("ix_attended_conversation", "attended", ["conversation"], unique=False)
    op.create_table(
        "citations",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("concept", sa.Text(), nullable=False),
        sa.Column("conversation", sa.Text(), nullable=False),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("stance", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("cited_at", sa.BigInteger(), nullable=False),
        sa.Column("cited_by", sa.Text(), nullable=False),
        sa.Column("withdrawn_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["concept"], ["concepts.id"], name=op.f("fk_citations_concept")),
        sa.ForeignKeyConstraint(
            ["conversation"], ["conversations.id"], name=op.f("fk_citations_conversation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_citations")),
    )
    op.create_index("ix_citations_concept_id", "citations", ["concept", "id"], unique=False)
    op.create_index("ix_citations_conversation", "citations", ["conversation"], unique=False)
    op.create_index(
        "uq_citations_active",
        "citations",
        ["concept", "conversation", "decision", "version", "stance"],
        unique=True,
        sqlite_where=sa.text("withdrawn_at IS NULL"),
        postgresql_where=sa.text("withdrawn_at IS NULL"),
    )
    op.create_table(
        "answers",
        sa.Column("citation", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("concept", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("answered_at", sa.BigInteger(), nullable=False),
        sa.Column("answered_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["citation"], ["citations.id"], name=op.f("fk_answers_citation")),
        sa.PrimaryKeyConstraint("citation", "version", name=op.f("pk_answers")),
    )
    op.create_index(op.f("ix_answers_concept"), "answers", ["concept"], unique=False)
    for table in HISTORY:
        _keep(table, "UPDATE", "DELETE")
    for table in KEPT:
        _keep(table, "DELETE")
    chains = sa.table("chains", sa.column("key"), sa.column("seq"), sa.column("at"), sa.column("digest"))
    op.execute(chains.insert().values(key="organisation", seq=0, at=0, digest="0" * 64))


def downgrade() -> None:
    op.drop_table("answers")
    op.drop_table("citations")
    op.drop_table("attended")
    op.drop_table("reviews")
    op.drop_table("externals")
    op.drop_table("disconfirmation_notes")
    op.drop_table("decisions")
    op.drop_table("conversations")
    op.drop_table("tokens")
    op.drop_table("themes")
    op.drop_table("events")
    op.drop_table("customers")
    op.drop_table("concepts")
    op.drop_table("process_versions")
    op.drop_table("portfolios")
    op.drop_table("people")
    op.drop_table("idempotency_keys")
    op.drop_table("contents")
    op.drop_table("chains")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION keep_history()")


def _keep(table: str, *verbs: str) -> None:
    """Whoever tries to do one of these to the table's rows is refused."""
    if op.get_bind().dialect.name == "sqlite":
        for verb in verbs:
            op.execute(
                f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, 'history is not rewritten'); END"
            )
        return
    op.execute(
        "CREATE OR REPLACE FUNCTION keep_history() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'history is not rewritten'; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {table}_history BEFORE {' OR '.join(verbs)} OR TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION keep_history()"
    )
