namespace Tideway.ObjectStorage.S3;

/// <summary>A way by which the process's surroundings give it temporary credentials of a role.</summary>
internal interface IAwsIdentity
{
    /// <summary>What it is, for the log and for messages.</summary>
    string Name { get; }

    /// <summary>Fetches credentials. Throws <see cref="ObjectStorageException"/> that says who was asked and what came.</summary>
    Task<AwsCredentials> FetchAsync();
}
