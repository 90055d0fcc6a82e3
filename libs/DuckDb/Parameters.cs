using Tideway.DuckDb.Native;

namespace Tideway.DuckDb;

/// <summary>Binds values to the parameters of a statement.</summary>
internal static class Parameters
{
    public static void Bind(StatementHandle statement, ReadOnlySpan<object?> values)
    {
        var expected = NativeMethods.duckdb_nparams(statement);
        if (expected != (ulong)values.Length)
            throw new ArgumentException($"The statement takes {expected} parameters, {values.Length} were given.", nameof(values));
        for (var i = 0; i < values.Length; i++)
            Bind(statement, i + 1, values[i]);
    }

    public static void Bind(StatementHandle statement, int position, object? value)
    {
        var index = (ulong)position;
        Check(
            statement,
            position,
            value switch
            {
                null or DBNull => NativeMethods.duckdb_bind_null(statement, index),
                bool v => NativeMethods.duckdb_bind_boolean(statement, index, v),
                int v => NativeMethods.duckdb_bind_int32(statement, index, v),
                long v => NativeMethods.duckdb_bind_int64(statement, index, v),
                double v => NativeMethods.duckdb_bind_double(statement, index, v),
                string v => NativeText.Bind(statement, index, v),
                byte[] v => NativeText.Bind(statement, index, v),
                _ => BindValue(statement, index, value),
            }
        );
    }

    public static void Check(StatementHandle statement, int position, NativeState state)
    {
        if (state == NativeState.Success)
            return;
        var count = NativeMethods.duckdb_nparams(statement);
        if (position < 1 || (ulong)position > count)
            throw new ArgumentOutOfRangeException(nameof(position), position, $"Expected a position from 1 to {count}.");
        throw DuckDbException.FromMessage(NativeMethods.duckdb_prepare_error(statement));
    }

    private static NativeState BindValue(StatementHandle statement, ulong index, object value)
    {
        using var native = NativeValues.Create(value);
        return NativeMethods.duckdb_bind_value(statement, index, native);
    }
}
