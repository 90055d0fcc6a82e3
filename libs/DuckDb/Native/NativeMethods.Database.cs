using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.InteropServices.Marshalling;

namespace Tideway.DuckDb.Native;

/// <summary>Databases, configuration and memory: https://duckdb.org/docs/stable/clients/c/config</summary>
internal static partial class NativeMethods
{
    private const string Library = "duckdb";

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial NativeState duckdb_open_ext(
        [MarshalUsing(typeof(CString))] string? path,
        out DatabaseHandle database,
        ConfigHandle config,
        [MarshalUsing(typeof(OwnedCString))] out string? error
    );

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial void duckdb_close(ref nint database);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial NativeState duckdb_create_config(out ConfigHandle config);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial NativeState duckdb_set_config(
        ConfigHandle config,
        [MarshalUsing(typeof(CString))] string name,
        [MarshalUsing(typeof(CString))] string option
    );

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial void duckdb_destroy_config(ref nint config);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    [return: MarshalUsing(typeof(BorrowedCString))]
    public static partial string? duckdb_library_version();

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial void duckdb_free(nint memory);
}
