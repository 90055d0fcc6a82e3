using System.Buffers;
using System.Text;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Tideway.Hosting.Database;

/// <summary>The insert of a row, prepared once and bound by position: the provider looks each parameter up by its name, for each row.</summary>
internal sealed class SqliteRowStatement<TRow> : IDisposable
{
    private readonly sqlite3 connection;
    private readonly sqlite3_stmt statement;
    private readonly RowColumn<TRow>[] columns;
    private byte[] utf8 = ArrayPool<byte>.Shared.Rent(4096);

    public SqliteRowStatement(SqliteConnection open, RowTable<TRow> table)
    {
        connection = open.Handle ?? throw new InvalidOperationException("The connection is not open.");
        columns = [.. table.Columns];
        var names = string.Join(", ", columns.Select(column => column.Name));
        var values = string.Join(", ", columns.Select((_, i) => $"?{i + 1}"));
        Check(raw.sqlite3_prepare_v2(connection, $"INSERT INTO {table.Name} ({names}) VALUES ({values})", out statement));
    }

    /// <summary>Adds rows within the transaction that the connection is in.</summary>
    public void Add(SqliteConnection current, IReadOnlyList<TRow> rows)
    {
        // The provider's own commands would refuse as well. Without a transaction each row would be there at once, and SQLite ends one by itself where the disk is full.
        if (!ReferenceEquals(current.Handle, connection) || raw.sqlite3_get_autocommit(connection) != 0)
            throw new InvalidOperationException("The transaction has ended.");
        foreach (var row in rows)
            Add(row);
    }

    public void Dispose()
    {
        statement.Dispose();
        if (utf8.Length > 0)
            ArrayPool<byte>.Shared.Return(utf8);
        utf8 = [];
    }

    private void Add(TRow row)
    {
        for (var i = 0; i < columns.Length; i++)
            Check(Bind(i + 1, columns[i], row));
        var result = raw.sqlite3_step(statement);
        // What went wrong is told again here where it was not yet; the statement is ready for the next row in any case.
        var reset = raw.sqlite3_reset(statement);
        Check(result == raw.SQLITE_DONE ? reset : result);
    }

    private int Bind(int position, RowColumn<TRow> column, TRow row) =>
        column switch
        {
            RowColumn<TRow>.Number number when number.Value(row) is { } value => raw.sqlite3_bind_int64(statement, position, value),
            RowColumn<TRow>.Text text when text.Value(row) is { } value => Bind(position, value),
            RowColumn<TRow>.Bytes bytes when bytes.Value(row) is { } value => Bind(position, value),
            _ => raw.sqlite3_bind_null(statement, position),
        };

    // An empty span has no address, and SQLite takes that for no value.
    private int Bind(int position, string text) =>
        text.Length == 0 ? raw.sqlite3_bind_text(statement, position, text) : raw.sqlite3_bind_text(statement, position, Utf8(text));

    private int Bind(int position, byte[] bytes) =>
        bytes.Length == 0 ? raw.sqlite3_bind_zeroblob(statement, position, 0) : raw.sqlite3_bind_blob(statement, position, bytes);

    private ReadOnlySpan<byte> Utf8(string text)
    {
        var most = Encoding.UTF8.GetMaxByteCount(text.Length);
        if (most > utf8.Length)
        {
            ArrayPool<byte>.Shared.Return(utf8);
            utf8 = ArrayPool<byte>.Shared.Rent(most);
        }

        return utf8.AsSpan(0, Encoding.UTF8.GetBytes(text, utf8));
    }

    private void Check(int result) => SqliteException.ThrowExceptionForRC(result, connection);
}
