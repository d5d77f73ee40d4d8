"""A notebook beside oO. OO_NOTEBOOK_DATABASE_URL is the database as its role that can only read; it
sees no column with words of people."""

import marimo

__generated_with = "0.25.2"
app = marimo.App(width="medium", app_title="oO")


@app.cell
def _():
    import os

    import marimo as mo
    import psycopg
    from psycopg.rows import dict_row

    return dict_row, mo, os, psycopg


@app.cell
def _(dict_row, os, psycopg):
    def ask(sql, **given):
        """The rows of one question, as dictionaries; a connection of its own, closed at once."""
        address = os.environ.get("OO_NOTEBOOK_DATABASE_URL", "")
        if not address:
            raise RuntimeError("OO_NOTEBOOK_DATABASE_URL is not set; see docs/self-hosting.md")
        with psycopg.connect(address, row_factory=dict_row, connect_timeout=5) as connection:
            connection.read_only = True
            return connection.execute(sql, given).fetchall()

    return (ask,)


@app.cell
def _(mo):
    days = mo.ui.slider(1, 90, value=14, label="days", show_value=True)
    days
    return (days,)


@app.cell
def _(ask, days, mo):
    answers = ask(
        """
        select made_at::date as day, kind, state, count(*) as tips
        from tips_tip
        where made_at > now() - make_interval(days => %(days)s)
        group by 1, 2, 3
        order by 1 desc, 2, 3
        """,
        days=days.value,
    )
    mo.ui.table(answers, label="Tips by day, kind and state")
    return


@app.cell
def _(mo):
    sql = mo.ui.code_editor("select * from agents_sweep order by began_at desc limit 20", "sql")
    sql
    return (sql,)


@app.cell
def _(ask, mo, sql):
    mo.ui.table(ask(sql.value), label="A question of your own")
    return


if __name__ == "__main__":
    app.run()
