using Microsoft.Data.Sqlite;
using Npgsql;

namespace Tideway.Hosting.Database;

/// <summary>
/// Adds many rows to a table within a transaction. A mapper's statement for each row costs more than the row; for PostgreSQL a round trip besides. There, each column
/// of up to <see cref="RowsAtOnce"/> rows is one array of one statement. For SQLite, which is in this process, the statement is prepared once and bound by position.
/// Not for several threads, and not beyond the end of its transaction.
/// </summary>
/// <param name="transaction">What the rows become durable with.</param>
/// <param name="table">The table, with the columns that get values; others get their defaults.</param>
public sealed class RowWriter<TRow>(ServiceTransaction transaction, RowTable<TRow> table) : IDisposable
{
    /// <summary>How many rows are on the way to PostgreSQL in one statement.</summary>
    public const int RowsAtOnce = 1000;

    private SqliteRowStatement<TRow>? sqlite;

    /// <summary>
    /// Adds rows, in their order. Throws <see cref="System.Data.Common.DbException"/> where the database refuses one; which of the others are there by then
    /// differs, so the transaction has to be given up.
    /// </summary>
    public async Task WriteAsync(IReadOnlyList<TRow> rows, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(rows);
        if (transaction.Connection is SqliteConnection connection)
        {
            sqlite ??= new SqliteRowStatement<TRow>(connection, table);
            sqlite.Add(connection, rows);
            return;
        }

        foreach (var some in rows.Chunk(RowsAtOnce))
            await AddArraysAsync(some, cancellationToken);
    }

    /// <inheritdoc />
    public void Dispose() => sqlite?.Dispose();

    private async Task AddArraysAsync(TRow[] rows, CancellationToken cancellationToken)
    {
        await using var command = transaction.Connection.CreateCommand();
        command.Transaction = transaction.Transaction;
        var arrays = string.Join(", ", table.Columns.Select((column, i) => $"${i + 1}::{ArrayType(column)}"));
        command.CommandText = $"INSERT INTO {table.Name} ({string.Join(", ", table.Columns.Select(column => column.Name))}) SELECT * FROM unnest({arrays})";
        foreach (var column in table.Columns)
            command.Parameters.Add(new NpgsqlParameter { Value = ArrayOf(column, rows) });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static string ArrayType(RowColumn<TRow> column) =>
        column switch
        {
            RowColumn<TRow>.Text => "text[]",
            RowColumn<TRow>.Number => "bigint[]",
            _ => "bytea[]",
        };

    private static Array ArrayOf(RowColumn<TRow> column, TRow[] rows) =>
        column switch
        {
            RowColumn<TRow>.Text text => Array.ConvertAll(rows, row => text.Value(row)),
            RowColumn<TRow>.Number number => Array.ConvertAll(rows, row => number.Value(row)),
            RowColumn<TRow>.Bytes bytes => Array.ConvertAll(rows, row => bytes.Value(row)),
            _ => throw new InvalidOperationException($"{column} is of no known kind."),
        };
}
