using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Tideway.DuckDb.Native;

/// <summary>
/// A function of SQL that hands its arguments to a <see cref="RowConsumer"/>. DuckDB calls it with whole vectors, on the threads that made them, before it
/// would copy them for somebody who reads a result.
/// </summary>
internal sealed unsafe class ConsumeFunction(DatabaseHandle database)
{
    private const string Name = "tideway_consume";

    private readonly Lock gate = new();
    private bool isRegistered;

    /// <summary>A query that has the consumer take all rows of the SELECT, and counts them.</summary>
    public static string Sql(long consumer, string selectSql) =>
        string.Create(CultureInfo.InvariantCulture, $"SELECT count({Name}({consumer}::BIGINT, *COLUMNS(*))) FROM ({selectSql}\n)");

    /// <summary>Makes the function known to the database, at the first call.</summary>
    public void Register()
    {
        lock (gate)
        {
            if (isRegistered)
                return;
            // In a session of its own: that of the caller may have a transaction open, which takes back what was done in it.
            if (NativeMethods.duckdb_connect(database, out var connection) != NativeState.Success)
                throw new DuckDbException(DuckDbError.Connection, "DuckDB opened no connection.");
            using var session = connection;
            using var function = NativeMethods.duckdb_create_scalar_function();
            using var number = NativeMethods.duckdb_create_logical_type(DuckDbTypeKind.BigInt);
            using var truth = NativeMethods.duckdb_create_logical_type(DuckDbTypeKind.Boolean);
            using var any = NativeMethods.duckdb_create_logical_type(DuckDbTypeKind.Any);
            NativeMethods.duckdb_scalar_function_set_name(function, Name);
            NativeMethods.duckdb_scalar_function_add_parameter(function, number);
            NativeMethods.duckdb_scalar_function_set_varargs(function, any);
            NativeMethods.duckdb_scalar_function_set_return_type(function, truth);
            NativeMethods.duckdb_scalar_function_set_special_handling(function);
            NativeMethods.duckdb_scalar_function_set_volatile(function);
            NativeMethods.duckdb_scalar_function_set_function(function, &Take);
            if (NativeMethods.duckdb_register_scalar_function(session, function) != NativeState.Success)
                throw new DuckDbException(DuckDbError.Catalog, $"DuckDB takes no function '{Name}'.");
            isRegistered = true;
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Take(nint info, nint input, nint output)
    {
        using var chunk = new LentChunkHandle(input);
        var rows = (int)NativeMethods.duckdb_data_chunk_get_size(chunk);
        if (rows == 0)
            return;
        var consumer = RowConsumer.Find(VectorMemory.Column(chunk, 0).Read<long>(0));
        if (consumer is null || !consumer.TryTake(chunk, (int)NativeMethods.duckdb_data_chunk_get_column_count(chunk), first: 1))
        {
            NativeMethods.duckdb_scalar_function_set_error(info, consumer is null ? "Nobody takes these rows." : "The rows were not taken.");
            return;
        }

        new Span<bool>(NativeMethods.duckdb_vector_get_data(output), rows).Fill(true);
    }
}
