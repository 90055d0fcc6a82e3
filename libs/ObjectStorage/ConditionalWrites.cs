using System.Text;
using Tideway.ObjectStorage.Http;

namespace Tideway.ObjectStorage;

/// <summary>
/// Finds out, by trying it once, whether a store writes an object only where there is none when it is asked to. A store that does not would let two
/// writers commit the same version of a table.
/// </summary>
internal sealed class ConditionalWrites
{
    private readonly IObjectStore store;
    private readonly Renewed<string> probe;

    private ConditionalWrites(IObjectStore store)
    {
        this.store = store;
        probe = new Renewed<string>(ProbeAsync);
    }

    /// <param name="store">A store that does not itself ask for this.</param>
    public static ConditionalWrites Of(IObjectStore store) => new(store);

    /// <summary>Throws <see cref="ObjectStorageError.Unsupported"/> where the store does not honour conditions.</summary>
    public async Task RequireAsync(CancellationToken cancellationToken) => await probe.GetAsync(_ => true, cancellationToken).ConfigureAwait(false);

    private async Task<string> ProbeAsync()
    {
        var key = $"_tideway_probe/{Guid.CreateVersion7():N}";
        try
        {
            var first = await store.PutIfAbsentAsync(key, Encoding.ASCII.GetBytes("first"), CancellationToken.None).ConfigureAwait(false);
            var second = await store.PutIfAbsentAsync(key, Encoding.ASCII.GetBytes("second"), CancellationToken.None).ConfigureAwait(false);
            if (first && !second)
                return key;
            throw new ObjectStorageException(
                ObjectStorageError.Unsupported,
                $"The store of '{store.Root}' does not honour conditional writes (put if absent): {(first ? "it replaced an object that was there" : "it refused an object that was not there")}. "
                    + "Two writers could commit the same version of a table and one would be lost, so nothing is committed there. Use a store or version that honours them."
            );
        }
        finally
        {
            await RemoveAsync(key).ConfigureAwait(false);
        }
    }

    private async Task RemoveAsync(string key)
    {
        try
        {
            await store.DeleteAsync(key, CancellationToken.None).ConfigureAwait(false);
        }
        catch (ObjectStorageException)
        {
            // Whoever may only add leaves an object of a few bytes there; what was found out counts all the same.
        }
    }
}
