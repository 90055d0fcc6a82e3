using System.Runtime.InteropServices;

namespace Tideway.DuckDb.Native;

/// <summary>A duckdb_result in native memory, so that its address stays put.</summary>
internal sealed unsafe class ResultHandle : NativeHandle
{
    public ResultHandle(SafeHandle owner)
    {
        SetHandle((nint)NativeMemory.AllocZeroed((nuint)sizeof(NativeResult)));
        KeepAlive(owner);
    }

    public NativeResultKind Kind => NativeMethods.duckdb_result_return_type(*(NativeResult*)handle);

    /// <summary>Null at the end, on error and when the token was cancelled; <see cref="Error"/> tells them apart.</summary>
    public ChunkHandle? FetchChunk(ConnectionHandle connection, CancellationToken cancellationToken)
    {
        var held = false;
        DangerousAddRef(ref held);
        try
        {
            using (new InterruptWatch(connection, cancellationToken))
            {
                var chunk = NativeMethods.duckdb_fetch_chunk(*(NativeResult*)handle);
                return chunk == 0 ? null : new ChunkHandle(chunk, this);
            }
        }
        finally
        {
            DangerousRelease();
        }
    }

    /// <summary>The failure of the query, or null.</summary>
    public DuckDbException? Error()
    {
        var message = NativeMethods.duckdb_result_error(this);
        return message is null ? null : new DuckDbException((DuckDbError)NativeMethods.duckdb_result_error_type(this), message);
    }

    protected override void Free()
    {
        NativeMethods.duckdb_destroy_result(handle);
        NativeMemory.Free((void*)handle);
    }
}
