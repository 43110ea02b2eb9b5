DATABASE_TESTING_REPORT=reports swift test
swift package --allow-writing-to-package-directory database-report html reports --output report.html
