using System.Runtime.InteropServices;

namespace Tideway.DuckDb.Native;

/// <summary>
/// A native object. A child keeps its parent alive: a database closes when the last of its connections, results, chunks and appenders
/// is gone, whatever the order in which they are disposed or finalized.
/// </summary>
internal abstract class NativeHandle() : SafeHandle(0, ownsHandle: true)
{
    private SafeHandle? parent;

    public override bool IsInvalid => handle == 0;

    /// <summary>Unlike IsClosed it is true at once, although a child may still hold the native object.</summary>
    public bool IsDisposed { get; private set; }

    public void KeepAlive(SafeHandle owner)
    {
        var added = false;
        owner.DangerousAddRef(ref added);
        parent = owner;
    }

    protected abstract void Free();

    protected override void Dispose(bool disposing)
    {
        IsDisposed = true;
        base.Dispose(disposing);
    }

    protected override bool ReleaseHandle()
    {
        Free();
        parent?.DangerousRelease();
        return true;
    }
}

internal sealed class DatabaseHandle : NativeHandle
{
    protected override void Free() => NativeMethods.duckdb_close(ref handle);
}

internal sealed class ConfigHandle : NativeHandle
{
    protected override void Free() => NativeMethods.duckdb_destroy_config(ref handle);
}

internal sealed class ConnectionHandle : NativeHandle
{
    /// <summary>Works after Dispose too; the caller holds a reference.</summary>
    public void InterruptHeld() => NativeMethods.duckdb_interrupt(handle);

    protected override void Free() => NativeMethods.duckdb_disconnect(ref handle);
}

internal sealed class ExtractedStatementsHandle : NativeHandle
{
    protected override void Free() => NativeMethods.duckdb_destroy_extracted(ref handle);
}

internal sealed class StatementHandle : NativeHandle
{
    protected override void Free() => NativeMethods.duckdb_destroy_prepare(ref handle);
}

internal sealed class PendingHandle : NativeHandle
{
    protected override void Free() => NativeMethods.duckdb_destroy_pending(ref handle);
}

internal class ChunkHandle : NativeHandle
{
    public ChunkHandle() { }

    public ChunkHandle(nint chunk, SafeHandle owner)
    {
        SetHandle(chunk);
        KeepAlive(owner);
    }

    protected override void Free() => NativeMethods.duckdb_destroy_data_chunk(ref handle);
}

/// <summary>A chunk that DuckDB lends to a function for the time of a call.</summary>
internal sealed class LentChunkHandle : ChunkHandle
{
    public LentChunkHandle(nint chunk) => SetHandle(chunk);

    protected override void Free() => handle = 0;
}

internal sealed class ScalarFunctionHandle : NativeHandle
{
    protected override void Free() => NativeMethods.duckdb_destroy_scalar_function(ref handle);
}

internal sealed class LogicalTypeHandle : NativeHandle
{
    protected override void Free() => NativeMethods.duckdb_destroy_logical_type(ref handle);
}

internal sealed class ValueHandle : NativeHandle
{
    protected override void Free() => NativeMethods.duckdb_destroy_value(ref handle);
}

internal sealed class ErrorDataHandle : NativeHandle
{
    protected override void Free() => NativeMethods.duckdb_destroy_error_data(ref handle);
}

internal sealed class AppenderHandle : NativeHandle
{
    protected override void Free()
    {
        // Destroying flushes; rows that nobody closed the appender on are dropped instead, never written from a finalizer.
        _ = NativeMethods.duckdb_appender_clear(handle);
        _ = NativeMethods.duckdb_appender_destroy(ref handle);
    }
}
