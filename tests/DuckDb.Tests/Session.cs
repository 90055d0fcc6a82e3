namespace Tideway.DuckDb.Tests;

/// <summary>A database in memory with one connection, for tests that need no more.</summary>
internal sealed class Session : IDisposable
{
    private readonly DuckDbDatabase database;

    public Session(DuckDbOptions? options = null)
    {
        database = DuckDbDatabase.Open(options ?? new DuckDbOptions());
        Connection = database.Connect();
    }

    public DuckDbConnection Connection { get; }

    public List<object?[]> Rows(string sql, params ReadOnlySpan<object?> parameters)
    {
        using var result = Connection.Query(sql, parameters);
        return [.. result.Rows()];
    }

    public object? Value(string sql, params ReadOnlySpan<object?> parameters) => Rows(sql, parameters).ShouldHaveSingleItem().ShouldHaveSingleItem();

    public void Dispose()
    {
        Connection.Dispose();
        database.Dispose();
    }
}
