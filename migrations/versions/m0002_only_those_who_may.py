"""Only those who may: words sealed, tokens with roles and an end, what erasure and proof leave behind.

Needs the keys. Going down opens the words again; tokens stay, but what the older service compares them
with cannot be had back from a keyed hash: it knows none of them, and its administrator's is made anew.
"""

import json
from hmac import digest
from secrets import token_bytes, token_hex
from typing import Any

import sqlalchemy as sa
from alembic import context, op

from service.store.sql.keyring import Envelope, Keyring

revision = "0002"
down_revision = "0001"

HISTORY = ("attestations", "erased", "review_flags")
REBUILT = ("contents", "themes", "tokens")
MADE = ("attestations", "erased", "review_flags", "secrets", "seen_ids")


def upgrade() -> None:
    secrets = _make_new_tables()
    keys = {purpose: _new_secret(secrets, purpose) for purpose in ("tokens", "themes")}
    rows = {table: _rows(table) for table in REBUILT}
    _drop_rebuilt()
    contents, themes, tokens = _contents(), _themes(), _tokens()
    for row in rows["contents"]:
        _seal(contents, row["id"], row["salt"], json.loads(row["words"]))
    for row in rows["themes"]:
        said = f"{row['portfolio']}\0{row['folded']}".encode()
        mark = digest(keys["themes"], said, "sha256").hex()
        content = _seal(contents, f"txt_{row['id']}", token_hex(16), {"label": row["label"]})
        theme = {"id": row["id"], "portfolio": row["portfolio"], "mark": mark, "content": content}
        op.execute(themes.insert().values(theme))
    for row in rows["tokens"]:
        content = _seal(contents, f"txt_{row['id']}", token_hex(16), {"name": row["name"]})
        kept = {name: row[name] for name in ("id", "role", "created_at", "revoked_at")}
        kept["person"] = None if row["role"] == "bot" else row["person"]
        hashed = digest(keys["tokens"], row["hash"].encode(), "sha256").hex()
        op.execute(tokens.insert().values(**kept, hash=hashed, content=content, is_odd=True))
    op.add_column("portfolios", sa.Column("retention_days", sa.Integer(), nullable=True))
    for table in HISTORY:
        _keep(table, "UPDATE", "DELETE")
    for table in ("secrets", "themes", "tokens"):
        _keep(table, "DELETE")
    _keep_contents()


def downgrade() -> None:
    op.drop_column("portfolios", "retention_days")
    rows = {table: _rows(table) for table in REBUILT}
    words = {row["id"]: _open(row) for row in rows["contents"]}
    _drop_rebuilt()
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION keep_sealed()")
    contents = op.create_table(
        "contents",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("salt", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contents")),
    )
    themes = op.create_table(
        "themes",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("portfolio", sa.Text(), nullable=False),
        sa.Column("folded", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["portfolio"], ["portfolios.key"], name=op.f("fk_themes_portfolio")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_themes")),
        sa.UniqueConstraint("portfolio", "folded", name=op.f("uq_themes_portfolio_folded")),
    )
    tokens = op.create_table(
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
    for row in rows["themes"]:
        label = words.pop(row["content"], (None, {"label": row["id"]}))[1]["label"]
        kept = {"id": row["id"], "portfolio": row["portfolio"], "label": label}
        op.execute(themes.insert().values(**kept, folded=" ".join(label.casefold().split())))
    for row in rows["tokens"]:
        name = words.pop(row["content"], (None, {"name": ""}))[1]["name"]
        kept = {name: row[name] for name in ("id", "hash", "role", "created_at", "revoked_at")}
        # The older service knows no bots, and none of these hashes either.
        op.execute(tokens.insert().values(**kept, person=row["person"] or "admin", name=name))
    for id, (salt, said) in words.items():
        op.execute(contents.insert().values(id=id, salt=salt, words=_json(said)))
    for table in MADE:
        op.drop_table(table)
    _keep("contents", "UPDATE", "DELETE")
    _keep("themes", "DELETE")
    _keep("tokens", "DELETE")


def _make_new_tables() -> sa.Table:
    secrets = op.create_table(
        "secrets",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("public", sa.Text(), nullable=True),
        sa.Column("wrapped_key", sa.Text(), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("retired_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_secrets")),
    )
    op.create_index(op.f("ix_secrets_purpose"), "secrets", ["purpose"], unique=False)
    op.create_table(
        "erased",
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("stream", sa.Text(), nullable=False),
        sa.Column("erased_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("content", name=op.f("pk_erased")),
    )
    op.create_index(op.f("ix_erased_stream"), "erased", ["stream"], unique=False)
    op.create_table(
        "review_flags",
        sa.Column("review", sa.Text(), nullable=False),
        sa.Column("conversation", sa.Text(), nullable=False),
        sa.Column("flagged_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["review"], ["reviews.id"], name=op.f("fk_review_flags_review")),
        sa.PrimaryKeyConstraint("review", "conversation", name=op.f("pk_review_flags")),
    )
    op.create_table(
        "attestations",
        sa.Column("review", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("envelope", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["review"], ["reviews.id"], name=op.f("fk_attestations_review")),
        sa.PrimaryKeyConstraint("review", name=op.f("pk_attestations")),
    )
    op.create_table(
        "seen_ids",
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("jti", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("issuer", "jti", name=op.f("pk_seen_ids")),
    )
    op.create_index(op.f("ix_seen_ids_expires_at"), "seen_ids", ["expires_at"], unique=False)
    return secrets


def _contents() -> sa.Table:
    return op.create_table(
        "contents",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("wrapped_key", sa.Text(), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contents")),
    )


def _themes() -> sa.Table:
    return op.create_table(
        "themes",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("portfolio", sa.Text(), nullable=False),
        sa.Column("mark", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["portfolio"], ["portfolios.key"], name=op.f("fk_themes_portfolio")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_themes")),
        sa.UniqueConstraint("portfolio", "mark", name=op.f("uq_themes_portfolio_mark")),
    )


def _tokens() -> sa.Table:
    made = op.create_table(
        "tokens",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("is_odd", sa.Boolean(), nullable=False),
        sa.Column("person", sa.Text(), nullable=True),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("portfolios", sa.Text(), nullable=True),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=True),
        sa.Column("expires_at", sa.BigInteger(), nullable=True),
        sa.Column("revoked_at", sa.BigInteger(), nullable=True),
        sa.Column("last_used_at", sa.BigInteger(), nullable=True),
        sa.Column("rotated_from", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["person"], ["people.key"], name=op.f("fk_tokens_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tokens")),
        sa.UniqueConstraint("hash", name=op.f("uq_tokens_hash")),
    )
    op.create_index("ix_tokens_is_odd", "tokens", ["is_odd"], unique=False)
    return made


def _drop_rebuilt() -> None:
    for table in REBUILT:
        op.drop_table(table)


def _rows(table: str) -> list[dict[str, Any]]:
    found = op.get_bind().execute(sa.text(f"SELECT * FROM {table}"))  # noqa: S608 - a name of our own
    return [dict(row) for row in found.mappings()]


def _new_secret(secrets: sa.Table, purpose: str) -> bytes:
    secret, id = token_bytes(32), f"sec_{purpose}"
    envelope = _keyring().seal(id, secret)
    said = {"id": id, "purpose": purpose, "public": None, "created_at": 0, "retired_at": None}
    op.execute(secrets.insert().values(**said, **envelope._asdict()))
    return secret


def _seal(contents: sa.Table, id: str, salt: str, words: Any) -> str:
    envelope = _keyring().seal(id, _json([salt, words]).encode())
    op.execute(contents.insert().values(id=id, **envelope._asdict()))
    return id


def _open(row: dict[str, Any]) -> tuple[str, Any]:
    opened = _keyring().open(row["id"], Envelope(row["wrapped_key"], row["sealed"]))
    salt, words = json.loads(opened)
    return salt, words


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _keyring() -> Keyring:
    keyring: Keyring = context.config.attributes["keyring"]
    return keyring


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
        f"CREATE TRIGGER {table}_history BEFORE {' OR '.join(verbs)} OR TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION keep_history()"
    )


def _keep_contents() -> None:
    """Words go only where `erased` says so; of what stays only the wrapping may change."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            "CREATE TRIGGER contents_no_delete BEFORE DELETE ON contents "
            "WHEN NOT EXISTS (SELECT 1 FROM erased WHERE content = OLD.id) "
            "BEGIN SELECT RAISE(ABORT, 'history is not rewritten'); END"
        )
        op.execute(
            "CREATE TRIGGER contents_no_update BEFORE UPDATE OF id, sealed ON contents "
            "BEGIN SELECT RAISE(ABORT, 'history is not rewritten'); END"
        )
        return
    op.execute(
        "CREATE FUNCTION keep_sealed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "IF TG_OP = 'DELETE' AND EXISTS (SELECT 1 FROM erased WHERE content = OLD.id) THEN "
        "RETURN OLD; END IF; "
        "IF TG_OP = 'UPDATE' AND NEW.id = OLD.id AND NEW.sealed = OLD.sealed THEN RETURN NEW; END IF; "
        "RAISE EXCEPTION 'history is not rewritten'; END $$"
    )
    op.execute(
        "CREATE TRIGGER contents_kept BEFORE UPDATE OR DELETE ON contents "
        "FOR EACH ROW EXECUTE FUNCTION keep_sealed()"
    )
    op.execute(
        "CREATE TRIGGER contents_history BEFORE TRUNCATE ON contents "
        "FOR EACH STATEMENT EXECUTE FUNCTION keep_history()"
    )
