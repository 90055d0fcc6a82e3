namespace Tideway.ObjectStorage.Buckets;

/// <summary>Who sends a request, and in which words a store takes conditions.</summary>
internal interface IBucketDialect
{
    /// <summary>The header of an object's own metadata that tells which write made it.</summary>
    string WriteIdHeader { get; }

    /// <summary>The header with which an object is written only where there is none.</summary>
    (string Name, string Value) OnlyIfAbsent { get; }

    /// <summary>Whether that condition may also stand where the parts of an upload are put together; else the store refuses the request.</summary>
    bool TakesConditionOfUploads => true;

    /// <summary>What goes to the end of every query and is no part of a signature; a shared access signature, for example.</summary>
    string? QuerySuffix => null;

    /// <summary>Whether an answer is about a folder, which some stores tell of like of an object without content.</summary>
    bool IsFolder(HttpResponseMessage response) => false;

    /// <summary>Adds who sends the request, and to it the signature where there is one.</summary>
    ValueTask AuthorizeAsync(HttpRequestMessage message, BucketRequest request, BucketEndpoint endpoint, CancellationToken cancellationToken);
}
