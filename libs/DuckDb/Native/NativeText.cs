using System.Buffers;
using System.Text;

namespace Tideway.DuckDb.Native;

/// <summary>Hands text and bytes to DuckDB, which copies them during the call.</summary>
internal static unsafe class NativeText
{
    private const int StackLimit = 512;

    private delegate TResult Use<TResult>(byte* bytes, ulong length);

    public static NativeState Bind(StatementHandle statement, ulong index, string text) =>
        WithUtf8(text, (bytes, length) => NativeMethods.duckdb_bind_varchar_length(statement, index, bytes, length));

    public static NativeState Bind(StatementHandle statement, ulong index, ReadOnlySpan<byte> blob)
    {
        var empty = (byte)0;
        fixed (byte* first = blob)
            return NativeMethods.duckdb_bind_blob(statement, index, first is null ? &empty : first, (ulong)blob.Length);
    }

    public static NativeState Append(AppenderHandle appender, ReadOnlySpan<char> text)
    {
        // No delegate here: this runs once per value of a bulk load.
        var limit = Encoding.UTF8.GetMaxByteCount(text.Length);
        var rented = limit <= StackLimit ? null : ArrayPool<byte>.Shared.Rent(limit);
        var buffer = rented ?? stackalloc byte[StackLimit];
        var length = Encoding.UTF8.GetBytes(text, buffer);
        NativeState state;
        fixed (byte* first = buffer)
            state = NativeMethods.duckdb_append_varchar_length(appender, first, (ulong)length);
        if (rented is not null)
            ArrayPool<byte>.Shared.Return(rented);
        return state;
    }

    public static NativeState Append(AppenderHandle appender, ReadOnlySpan<byte> blob)
    {
        var empty = (byte)0;
        fixed (byte* first = blob)
            return NativeMethods.duckdb_append_blob(appender, first is null ? &empty : first, (ulong)blob.Length);
    }

    public static ValueHandle Value(string text) => WithUtf8(text, NativeMethods.duckdb_create_varchar_length);

    public static ValueHandle Value(ReadOnlySpan<byte> blob)
    {
        var empty = (byte)0;
        fixed (byte* first = blob)
            return NativeMethods.duckdb_create_blob(first is null ? &empty : first, (ulong)blob.Length);
    }

    private static TResult WithUtf8<TResult>(string text, Use<TResult> use)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        var empty = (byte)0;
        fixed (byte* first = bytes)
            return use(first is null ? &empty : first, (ulong)bytes.Length);
    }
}
