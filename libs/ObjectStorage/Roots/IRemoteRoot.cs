using Tideway.ObjectStorage.Http;
using Tideway.ObjectStorage.Signing;
using Tideway.ObjectStorage.Temporary;

namespace Tideway.ObjectStorage.Roots;

/// <summary>A storage root in an object store. Making one speaks to nobody.</summary>
internal interface IRemoteRoot : IDisposable
{
    RemoteLocation Location { get; }

    StoreHttp Http { get; }

    /// <summary>Gives out credentials that are good for one folder; null where the store or the configuration offers none.</summary>
    ITemporaryCredentials? TemporaryCredentials { get; }

    /// <summary>Who it is that asks the store: which source of credentials is in use, without a secret.</summary>
    string Identity { get; }

    /// <summary>Why credentials that are in use could not be renewed in time; null where nothing is wrong.</summary>
    string? RenewalFault { get; }

    /// <summary>Knows whether the store honours conditions of writes.</summary>
    ConditionalWrites Conditions { get; }

    /// <summary>A store of the folder at a path below the root.</summary>
    IObjectStore Open(string relativePath);

    /// <summary>Fetches what signing takes, so that URLs can be signed until a lifetime from now without asking anybody.</summary>
    ValueTask PrepareSigningAsync(TimeSpan lifetime, CancellationToken cancellationToken);

    /// <summary>Signs a URL for reading an object of a folder below the root; the folder may be empty.</summary>
    SignedUrl Sign(string folder, string key, TimeSpan lifetime);

    /// <summary>What an operator can do about a failure; null where there is nothing special to say.</summary>
    string? Advise(ObjectStorageException failure);
}
