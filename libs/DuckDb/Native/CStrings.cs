using System.Runtime.InteropServices.Marshalling;

namespace Tideway.DuckDb.Native;

/// <summary>A string for DuckDB to read during the call. A NUL would silently cut it short, so it is refused.</summary>
[CustomMarshaller(typeof(string), MarshalMode.ManagedToUnmanagedIn, typeof(ManagedToUnmanagedIn))]
internal static unsafe class CString
{
    public ref struct ManagedToUnmanagedIn
    {
        private Utf8StringMarshaller.ManagedToUnmanagedIn inner;

        public static int BufferSize => 512;

        public void FromManaged(string? managed, Span<byte> buffer)
        {
            if (managed is not null && managed.Contains('\0', StringComparison.Ordinal))
                throw new ArgumentException("Text for DuckDB must not hold a NUL character.", nameof(managed));
            inner.FromManaged(managed, buffer);
        }

        public byte* ToUnmanaged() => inner.ToUnmanaged();

        public void Free() => inner.Free();
    }
}

/// <summary>A string that stays DuckDB's: copied, never freed.</summary>
[CustomMarshaller(typeof(string), MarshalMode.ManagedToUnmanagedOut, typeof(BorrowedCString))]
internal static unsafe class BorrowedCString
{
    public static string? ConvertToManaged(byte* unmanaged) => Utf8StringMarshaller.ConvertToManaged(unmanaged);
}

/// <summary>A string that DuckDB hands over: copied, then freed with duckdb_free.</summary>
[CustomMarshaller(typeof(string), MarshalMode.ManagedToUnmanagedOut, typeof(OwnedCString))]
internal static unsafe class OwnedCString
{
    public static string? ConvertToManaged(byte* unmanaged) => Utf8StringMarshaller.ConvertToManaged(unmanaged);

    public static void Free(byte* unmanaged) => NativeMethods.duckdb_free((nint)unmanaged);
}
