using Tideway.Cli;

return await TidewayCommand.RunAsync(args, CliEnvironment.OfProcess(), CancellationToken.None);
