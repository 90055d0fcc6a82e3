using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Tideway.DeltaSharing.Protocol.Listing;

/// <summary>One page of a list of <see cref="ShareItem"/>, <see cref="SchemaItem"/>, <see cref="TableItem"/>, <see cref="VolumeItem"/> or <see cref="VolumeFileItem"/>.</summary>
/// <typeparam name="T">The kind of item.</typeparam>
public sealed record ListPage<T>
{
    /// <summary>The items of this page; may be none even where more pages follow.</summary>
    [AllowNull]
    public IReadOnlyList<T> Items
    {
        get => field ?? [];
        init;
    }

    /// <summary>What to ask the next page with; <see langword="null"/> ends the list. An empty one is taken for none and never written: clients would ask on for ever.</summary>
    public string? NextPageToken
    {
        get;
        init => field = string.IsNullOrEmpty(value) ? null : value;
    }

    /// <summary>The page as one line of JSON: a client reads only the first line.</summary>
    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, ListPage.TypeInfo<T>());
}

/// <summary>Reads pages of lists.</summary>
public static class ListPage
{
    /// <summary>Reads a page. Throws <see cref="SharingProtocolException"/> where it is malformed.</summary>
    /// <typeparam name="T">The kind of item.</typeparam>
    public static ListPage<T> Parse<T>(ReadOnlySpan<byte> json)
    {
        try
        {
            var page = JsonSerializer.Deserialize(json, TypeInfo<T>()) ?? throw new JsonException("The page is null.");
            return page.Items.Any(item => item is null) ? throw new JsonException("An item is null.") : page;
        }
        catch (JsonException exception)
        {
            throw new SharingProtocolException(SharingProtocolError.Malformed, $"Malformed page of {typeof(T).Name}: {exception.Message}", exception);
        }
    }

    internal static JsonTypeInfo<ListPage<T>> TypeInfo<T>() =>
        (JsonTypeInfo<ListPage<T>>)(
            WireJson.Default.GetTypeInfo(typeof(ListPage<T>)) ?? throw new InvalidOperationException($"The protocol has no list of {typeof(T).Name}.")
        );
}
