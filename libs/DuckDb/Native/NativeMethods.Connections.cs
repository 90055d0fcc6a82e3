using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Tideway.DuckDb.Native;

/// <summary>Connections: https://duckdb.org/docs/stable/clients/c/connect</summary>
internal static partial class NativeMethods
{
    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial NativeState duckdb_connect(DatabaseHandle database, out ConnectionHandle connection);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial void duckdb_disconnect(ref nint connection);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial void duckdb_interrupt(nint connection);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial NativeProgress duckdb_query_progress(ConnectionHandle connection);
}
