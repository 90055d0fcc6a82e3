using Tideway.Hosting.Database;

namespace Tideway.Audit.Storage;

/// <summary>Statements that make the database itself refuse to change or remove a record.</summary>
internal static class AppendOnlySql
{
    public static IReadOnlyList<string> Tables { get; } = ["audit_record", "audit_further_request"];

    public static string Count(DatabaseEngine engine) =>
        engine == DatabaseEngine.PostgreSql
            ? "SELECT COUNT(*) FROM pg_trigger WHERE tgrelid = to_regclass(@table) AND tgname LIKE 'append_only_%' AND tgenabled IN ('O', 'A')"
            : "SELECT COUNT(*) FROM sqlite_master WHERE type = 'trigger' AND tbl_name = @table AND name LIKE 'append_only_%'";

    public static string Install(DatabaseEngine engine, string table) => engine == DatabaseEngine.PostgreSql ? PostgreSql(table) : Sqlite(table);

    private static string PostgreSql(string table) =>
        $"""
            CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $body$
            BEGIN
                RAISE EXCEPTION 'the audit record is append-only: % of % is refused', TG_OP, TG_TABLE_NAME;
            END
            $body$;
            DROP TRIGGER IF EXISTS append_only_change ON {table};
            DROP TRIGGER IF EXISTS append_only_truncate ON {table};
            CREATE TRIGGER append_only_change BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_change();
            CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
            REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM PUBLIC;
            """;

    private static string Sqlite(string table) =>
        $"""
            DROP TRIGGER IF EXISTS append_only_update_{table};
            DROP TRIGGER IF EXISTS append_only_delete_{table};
            CREATE TRIGGER append_only_update_{table} BEFORE UPDATE ON {table}
            BEGIN SELECT RAISE(ABORT, 'the audit record is append-only: UPDATE of {table} is refused'); END;
            CREATE TRIGGER append_only_delete_{table} BEFORE DELETE ON {table}
            BEGIN SELECT RAISE(ABORT, 'the audit record is append-only: DELETE of {table} is refused'); END;
            """;
}
