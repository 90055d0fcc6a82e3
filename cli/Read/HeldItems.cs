using System.Runtime.InteropServices;
using System.Text.Json;
using Tideway.Cli.Output;
using Tideway.DeltaSharing.Client;

namespace Tideway.Cli.Read;

/// <summary>The items of a list, which are all held until they are shown. A server chooses how many there are, so what they take may be so much and no more.</summary>
/// <param name="limit">How many bytes of memory they may take, such as <see cref="HeldFiles.Limit"/>.</param>
internal sealed class HeldItems(long limit)
{
    // About what one takes beside its text.
    private const int BytesOfItem = 1200;

    private readonly List<JsonElement> items = [];
    private long bytes;

    /// <summary>In the order they came.</summary>
    public IReadOnlyCollection<JsonElement> Items => items;

    /// <summary>Holds an item.</summary>
    /// <exception cref="DeltaSharingException"><see cref="DeltaSharingError.LimitExceeded"/>: they take more than they may.</exception>
    public void Add(JsonElement item)
    {
        bytes += BytesOfItem + JsonMarshal.GetRawUtf8Value(item).Length;
        if (bytes > limit)
            throw new DeltaSharingException(
                DeltaSharingError.LimitExceeded,
                $"Expected a list that fits into {BytesText.Of(limit)} of memory, got more with item {items.Count + 1}. A share or a schema of it has fewer."
            );
        items.Add(item);
    }
}
